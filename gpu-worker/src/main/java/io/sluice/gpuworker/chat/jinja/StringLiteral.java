package io.sluice.gpuworker.chat.jinja;

/** String literals of a template, with Python's escapes. */
final class StringLiteral {
  private static final String SIMPLE = "\\'\"abfnrtv";
  private static final String SIMPLE_VALUES = "\\'\"\u0007\b\f\n\r\t\u000B";

  private StringLiteral() {}

  /**
   * Returns the value of a literal.
   *
   * @param literal the text between the quotes
   * @throws TemplateSyntaxException when an escape is not valid
   */
  static String value(String literal, int line) throws TemplateSyntaxException {
    if (literal.indexOf('\\') < 0) {
      return literal;
    }
    StringBuilder value = new StringBuilder();
    int i = 0;
    while (i < literal.length()) {
      char c = literal.charAt(i);
      if (c != '\\') {
        value.append(c);
        i++;
      } else {
        i = escape(literal, i + 1, value, line);
      }
    }
    return value.toString();
  }

  /** Appends what an escape stands for, and returns the position after it. */
  private static int escape(String literal, int at, StringBuilder value, int line)
      throws TemplateSyntaxException {
    char c = literal.charAt(at);
    int simple = SIMPLE.indexOf(c);
    if (simple >= 0) {
      value.append(SIMPLE_VALUES.charAt(simple));
      return at + 1;
    }
    if (c >= '0' && c <= '7') {
      int end = at;
      while (end < literal.length() && end < at + 3 && isOctal(literal.charAt(end))) {
        end++;
      }
      value.append((char) Integer.parseInt(literal.substring(at, end), 8));
      return end;
    }
    return switch (c) {
      case '\n' -> at + 1;
      case 'x' -> hexadecimal(literal, at + 1, 2, value, line);
      case 'u' -> hexadecimal(literal, at + 1, 4, value, line);
      case 'U' -> hexadecimal(literal, at + 1, 8, value, line);
      case 'N' -> throw new TemplateSyntaxException(line, "the escape \\N{name} is not supported");
      default -> {
        if (c > 127) {
          throw new TemplateSyntaxException(
              line, "a backslash before '" + c + "' is not supported");
        }
        value.append('\\').append(c);
        yield at + 1;
      }
    };
  }

  private static int hexadecimal(String literal, int at, int digits, StringBuilder value, int line)
      throws TemplateSyntaxException {
    int end = at + digits;
    boolean valid =
        end <= literal.length()
            && literal.substring(at, end).chars().allMatch(c -> Character.digit(c, 16) >= 0);
    long code = valid ? Long.parseLong(literal.substring(at, end), 16) : -1;
    if (code < 0 || code > Character.MAX_CODE_POINT) {
      throw new TemplateSyntaxException(line, "an escape in a text is not valid or not complete");
    }
    if (code >= Character.MIN_SURROGATE && code <= Character.MAX_SURROGATE) {
      throw new TemplateSyntaxException(
          line, "an escape in a text names half of a character: write \\U and eight digits");
    }
    value.appendCodePoint((int) code);
    return end;
  }

  private static boolean isOctal(char c) {
    return c >= '0' && c <= '7';
  }
}
