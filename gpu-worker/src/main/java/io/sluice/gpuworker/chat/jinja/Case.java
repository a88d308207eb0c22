package io.sluice.gpuworker.chat.jinja;

import java.util.Locale;
import java.util.function.IntPredicate;

/** Upper and lower case, and kinds of characters, as Python defines them. */
final class Case {
  private static final int APOSTROPHE_N = 0x149;

  private Case() {}

  static String upper(String text) {
    return text.toUpperCase(Locale.ROOT);
  }

  static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  /** The first character in title case, the others in lower case. */
  static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.codePointAt(0);
    int width = Character.charCount(first);
    // The final form of sigma depends on the letter before it: lower the text as a whole.
    String lower = lower(text);
    int lowerWidth = lower(Character.toString(first)).length();
    return titled(first) + (width <= text.length() ? lower.substring(lowerWidth) : "");
  }

  /** Each letter after a character without case in title case, all others in lower case. */
  static String title(String text) {
    StringBuilder out = new StringBuilder();
    boolean afterCased = false;
    for (int c : text.codePoints().toArray()) {
      out.append(afterCased ? lower(Character.toString(c)) : titled(c));
      afterCased = isCased(c);
    }
    return out.toString();
  }

  static String swap(String text) {
    StringBuilder out = new StringBuilder();
    for (int c : text.codePoints().toArray()) {
      String one = Character.toString(c);
      out.append(
          Character.isUpperCase(c) ? lower(one) : Character.isLowerCase(c) ? upper(one) : one);
    }
    return out.toString();
  }

  private static String titled(int c) {
    String upper = upper(Character.toString(c));
    boolean expands = upper.codePointCount(0, upper.length()) > 1;
    if (!expands || Character.toTitleCase(c) != c) {
      return Character.toString(Character.toTitleCase(c));
    }
    int first = Character.charCount(upper.codePointAt(0));
    return c == APOSTROPHE_N ? upper : upper.substring(0, first) + lower(upper.substring(first));
  }

  private static boolean isCased(int c) {
    return Character.isLowerCase(c) || Character.isUpperCase(c) || Character.isTitleCase(c);
  }

  static boolean isAlphabetic(int c) {
    return Character.isLetter(c);
  }

  static boolean isAlphanumeric(int c) {
    int type = Character.getType(c);
    return Character.isLetter(c)
        || type == Character.DECIMAL_DIGIT_NUMBER
        || type == Character.LETTER_NUMBER
        || type == Character.OTHER_NUMBER;
  }

  static boolean isDigit(int c) {
    if (Character.getType(c) == Character.OTHER_NUMBER) {
      throw RenderException.failed("isdigit() of '" + Character.toString(c) + "' is not supported");
    }
    return isDecimal(c);
  }

  static boolean isDecimal(int c) {
    return Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER;
  }

  static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 128);
  }

  /** Whether all characters with case are upper case, and there is one. */
  static boolean isUpper(String text) {
    return hasOnly(text, Character::isUpperCase);
  }

  /** Whether all characters with case are lower case, and there is one. */
  static boolean isLower(String text) {
    return hasOnly(text, Character::isLowerCase);
  }

  private static boolean hasOnly(String text, IntPredicate wanted) {
    boolean some = text.codePoints().anyMatch(wanted);
    return some && text.codePoints().allMatch(c -> wanted.test(c) || !isCased(c));
  }
}
