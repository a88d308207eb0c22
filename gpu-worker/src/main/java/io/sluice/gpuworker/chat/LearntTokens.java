package io.sluice.gpuworker.chat;

import java.util.List;

/** Which tokens of a text are learnt, from the places of the tokens in it. */
public final class LearntTokens {
  private LearntTokens() {}

  /**
   * A token's place in a text, in code points, as tokenizers count characters.
   *
   * @param start its first character
   * @param end the character after its last one
   */
  public record Place(int start, int end) {}

  /**
   * Finds the tokens that are learnt: those that have a character in common with a learnt part. As
   * in transformers, a token that begins before a learnt part and ends in it belongs to the part.
   *
   * @param text the text
   * @param learnt its learnt parts
   * @param tokens the places of the tokens, in order; those of a text that was truncated cover its
   *     beginning only
   * @return one element per token
   */
  public static boolean[] of(String text, List<LearntText.Part> learnt, List<Place> tokens) {
    int[] codePoints = codePointsBefore(text);
    boolean[] result = new boolean[tokens.size()];
    int part = 0;
    for (int i = 0; i < result.length; i++) {
      Place place = tokens.get(i);
      while (part < learnt.size() && codePoints[learnt.get(part).span().end()] <= place.start()) {
        part++;
      }
      result[i] = part < learnt.size() && codePoints[learnt.get(part).span().start()] < place.end();
    }
    return result;
  }

  /** The number of code points before each UTF-16 unit of a text, and before its end. */
  private static int[] codePointsBefore(String text) {
    int[] before = new int[text.length() + 1];
    int count = 0;
    for (int i = 0; i < text.length(); i++) {
      before[i] = count;
      boolean inside = Character.isHighSurrogate(text.charAt(i)) && i + 1 < text.length();
      count += inside && Character.isLowSurrogate(text.charAt(i + 1)) ? 0 : 1;
    }
    before[text.length()] = count;
    return before;
  }
}
