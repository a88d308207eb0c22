package io.sluice.local.console;

import java.util.Locale;

/** Makes text from outside harmless on a terminal. */
public final class PlainText {
  private PlainText() {}

  /**
   * The text with the escape of JSON, a backslash with u and four hexadecimal digits, for
   * everything that a terminal does not print: control characters, line breaks among them, and what
   * changes the direction of the text after it. In a line of JSON, these escapes mean the same
   * characters.
   */
  public static String of(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            character -> {
              if (isPrintable(character)) {
                plain.appendCodePoint(character);
              } else {
                for (char unit : Character.toChars(character)) {
                  plain.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
                }
              }
            });
    return plain.toString();
  }

  private static boolean isPrintable(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
