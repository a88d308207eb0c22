package io.sluice.gpuworker.model;

import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * A text with its tokens, and where each of them stands in the text. Places are counted in code
 * points, as tokenizers do.
 *
 * @param text the whole text, also where its tokens were left out
 * @param ids the token ids
 * @param begins one per token: the number of characters before it
 * @param ends one per token: the number of characters up to its end; equal to its begin for a token
 *     that stands for no part of the text, such as a begin token
 * @param all the number of tokens of the whole text, those that were left out included
 */
public record TokenizedText(String text, long[] ids, int[] begins, int[] ends, int all) {
  /** A text with all of its tokens. */
  public TokenizedText(String text, long[] ids, int[] begins, int[] ends) {
    this(text, ids, begins, ends, ids.length);
  }

  /** The number of tokens. */
  public int length() {
    return ids.length;
  }

  /** The same text with some of its tokens. */
  public TokenizedText keeping(IntPredicate kept) {
    int[] indexes = IntStream.range(0, ids.length).filter(kept).toArray();
    return new TokenizedText(
        text,
        Arrays.stream(indexes).mapToLong(i -> ids[i]).toArray(),
        Arrays.stream(indexes).map(i -> begins[i]).toArray(),
        Arrays.stream(indexes).map(i -> ends[i]).toArray(),
        all);
  }

  /** The same text with its first tokens, at most {@code count}. */
  public TokenizedText first(int count) {
    return ids.length <= count ? this : keeping(i -> i < count);
  }

  /** Both texts one after the other, each with the tokens that it has. */
  public TokenizedText followedBy(TokenizedText other) {
    int characters = text.codePointCount(0, text.length());
    long[] joined = Arrays.copyOf(ids, ids.length + other.ids.length);
    System.arraycopy(other.ids, 0, joined, ids.length, other.ids.length);
    return new TokenizedText(
        text + other.text,
        joined,
        joined(begins, other.begins, characters),
        joined(ends, other.ends, characters),
        all + other.all);
  }

  private static int[] joined(int[] first, int[] second, int shift) {
    return IntStream.concat(Arrays.stream(first), Arrays.stream(second).map(i -> i + shift))
        .toArray();
  }
}
