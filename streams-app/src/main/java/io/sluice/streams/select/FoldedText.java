package io.sluice.streams.select;

import java.util.List;

/**
 * Texts in which letters of either case are the same, so that they can be searched without regard
 * to case as fast as memory is read. Each character is folded by itself, to the lower case of its
 * upper case: a search in Unicode text finds what {@link String#regionMatches(boolean, int, String,
 * int, int)} finds.
 *
 * <p>Several texts are kept in one, with a NUL between them. A search without NUL finds nothing
 * that reaches from one into the next.
 */
final class FoldedText {
  private static final char BETWEEN = '\0';
  private static final int ASCII = 0x80;
  private static final int LATIN_1 = 0x100;

  private final String text;
  private final int bytes;

  private FoldedText(String text, int bytes) {
    this.text = text;
    this.bytes = bytes;
  }

  /** Folds some texts, of which each can be searched. */
  static FoldedText of(List<String> texts) {
    StringBuilder folded =
        new StringBuilder(texts.stream().mapToInt(each -> each.length() + 1).sum());
    boolean isLatin = true;
    for (String each : texts) {
      isLatin &= append(each, folded);
      folded.append(BETWEEN);
    }
    // Java stores a text with any other character in two bytes each.
    return new FoldedText(folded.toString(), isLatin ? folded.length() : 2 * folded.length());
  }

  /** Returns whether all that was appended is Latin-1. */
  private static boolean append(String text, StringBuilder folded) {
    boolean isLatin = true;
    int at = 0;
    while (at < text.length()) {
      char next = text.charAt(at);
      if (next < ASCII) {
        folded.append('A' <= next && next <= 'Z' ? (char) (next - 'A' + 'a') : next);
        at++;
      } else {
        int point = text.codePointAt(at);
        int lower = Character.toLowerCase(Character.toUpperCase(point));
        folded.appendCodePoint(lower);
        isLatin &= lower < LATIN_1;
        at += Character.charCount(point);
      }
    }
    return isLatin;
  }

  /**
   * Folds a text to search for.
   *
   * @throws IllegalArgumentException when it contains NUL
   */
  static String sought(String text) {
    if (text.indexOf(BETWEEN) >= 0) {
      throw new IllegalArgumentException(
          "search contains the character NUL: search for what is before or behind it");
    }
    StringBuilder folded = new StringBuilder(text.length());
    append(text, folded);
    return folded.toString();
  }

  /**
   * Whether one of the texts contains another one.
   *
   * @param sought a text folded by {@link #sought}
   */
  boolean contains(String sought) {
    return text.contains(sought);
  }

  /** The memory that the characters take. */
  int bytes() {
    return bytes;
  }
}
