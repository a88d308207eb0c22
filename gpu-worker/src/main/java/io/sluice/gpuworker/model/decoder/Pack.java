package io.sluice.gpuworker.model.decoder;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Several examples, one after another, that pass through a model at once without padding. Positions
 * start at 0 in each example, and an example attends only to itself, so that the model's output
 * equals that for the example alone, up to rounding.
 *
 * @param ids the token ids of all examples
 * @param lengths the number of tokens in each example; their sum is the number of ids
 * @param asked the indices of the ids whose next token is predicted, ascending; for {@link
 *     #targets}, none may be the last of its example
 */
public record Pack(long[] ids, int[] lengths, long[] asked) {
  /** Checks that the lengths add up to the number of ids. */
  public Pack {
    if (IntStream.of(lengths).sum() != ids.length) {
      throw new IllegalArgumentException(
          "the lengths of the examples add up to "
              + IntStream.of(lengths).sum()
              + ", but the pack has "
              + ids.length
              + " tokens");
    }
  }

  /** A pack that contains one example only. */
  static Pack of(long[] ids, long[] asked) {
    return new Pack(ids, new int[] {ids.length}, asked);
  }

  /** Whether the pack contains one example only. */
  boolean isSingle() {
    return lengths.length == 1;
  }

  /** For each id, the index of the first id of its example. */
  long[] begins() {
    long[] begins = new long[ids.length];
    int begin = 0;
    for (int length : lengths) {
      Arrays.fill(begins, begin, begin + length, begin);
      begin += length;
    }
    return begins;
  }

  /** The ids that follow the positions in {@link #asked}: those that the model should predict. */
  public long[] targets() {
    return LongStream.of(asked).map(position -> ids[(int) position + 1]).toArray();
  }
}
