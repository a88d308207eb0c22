package io.sluice.streams.rules;

import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;

/**
 * The words of a text, as hashes, in a form in which the same words are equal however they are
 * written: after Unicode's normalization NFKC and case folding, without punctuation around them.
 *
 * <p>Words are separated by white space. In scripts that do not separate words, such as Chinese,
 * Japanese and Thai, each character is a word. Quotes, brackets and the punctuation of sentences
 * and of Markdown are removed at both ends of a word. A word of nothing but punctuation is left
 * out; a word of other characters, such as the operator of a calculation, is kept.
 */
final class Words {
  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;
  private static final String SENTENCE =
      ".,;:!?\"'`\u00BF\u00A1\u2026\u3001\u3002\u00B7\u2019\u2018";
  private static final String MARKDOWN = "*_#";

  private final String text;
  private long[] hashes = new long[64];
  private int count;

  private Words(String text) {
    this.text = text;
  }

  /** The hashes of the words of a text, in order. */
  static long[] of(String text) {
    Words words = new Words(folded(text));
    words.split();
    return Arrays.copyOf(words.hashes, words.count);
  }

  private static String folded(String text) {
    if (isAscii(text)) {
      return text.toLowerCase(Locale.ROOT);
    }
    // To upper case and back: this folds characters that have several lower-case forms, and ß.
    String upper = Normalizer.normalize(text, Normalizer.Form.NFKC).toUpperCase(Locale.ROOT);
    StringBuilder folded = new StringBuilder(upper.length());
    upper.codePoints().map(Character::toLowerCase).forEach(folded::appendCodePoint);
    return Normalizer.normalize(folded, Normalizer.Form.NFKC);
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  private void split() {
    int begin = 0;
    int i = 0;
    while (i < text.length()) {
      int character = text.codePointAt(i);
      int next = i + Character.charCount(character);
      if (Character.isWhitespace(character) || Character.isSpaceChar(character)) {
        add(begin, i);
        begin = next;
      } else if (character >= 0x80 && isWordByItself(character)) {
        add(begin, i);
        add(i, next);
        begin = next;
      }
      i = next;
    }
    add(begin, text.length());
  }

  private static boolean isWordByItself(int character) {
    return switch (Character.UnicodeScript.of(character)) {
      case HAN, HIRAGANA, KATAKANA, THAI, LAO, KHMER, MYANMAR -> true;
      default -> false;
    };
  }

  private void add(int begin, int end) {
    int first = begin;
    int last = end;
    while (first < last && isPunctuation(text.charAt(first))) {
      first++;
    }
    while (first < last && isPunctuation(text.charAt(last - 1))) {
      last--;
    }
    if (first < last) {
      addHash(first, last);
    } else if (isMarkdown(begin, end)) {
      addHash(begin, end);
    }
  }

  private static boolean isPunctuation(char character) {
    if (Character.isLetterOrDigit(character)) {
      return false;
    }
    return SENTENCE.indexOf(character) >= 0
        || MARKDOWN.indexOf(character) >= 0
        || switch (Character.getType(character)) {
          case Character.START_PUNCTUATION,
              Character.END_PUNCTUATION,
              Character.INITIAL_QUOTE_PUNCTUATION,
              Character.FINAL_QUOTE_PUNCTUATION ->
              true;
          default -> false;
        };
  }

  /** Whether a word of punctuation may be more than that, such as the operator of a product. */
  private boolean isMarkdown(int begin, int end) {
    for (int i = begin; i < end; i++) {
      if (MARKDOWN.indexOf(text.charAt(i)) >= 0) {
        return true;
      }
    }
    return false;
  }

  private void addHash(int begin, int end) {
    long hash = 0;
    for (int i = begin; i < end; i++) {
      hash = (hash ^ text.charAt(i)) * MULTIPLIER;
      hash ^= hash >>> 29;
    }
    if (count == hashes.length) {
      hashes = Arrays.copyOf(hashes, 2 * count);
    }
    hashes[count++] = mixed(hash + (end - begin));
  }

  /** Spreads a hash over all bits (the finalizer of SplitMix64). */
  static long mixed(long hash) {
    long mixed = (hash ^ hash >>> 30) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
    return mixed ^ mixed >>> 31;
  }
}
