package io.sluice.gpuworker.chat.jinja;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number in a template.
 *
 * @param text the number without underscores
 * @param real whether it is a float
 * @param end the position after it
 */
record NumberLiteral(String text, boolean real, int end) {
  private static final int LONGEST = 400;
  private static final Pattern REAL =
      Pattern.compile(
          "[0-9][0-9_]*+(?:(?:\\.[0-9][0-9_]*+)?[eE][+-]?[0-9][0-9_]*+|\\.[0-9][0-9_]*+)");
  private static final Pattern INTEGER =
      Pattern.compile(
          "0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|[1-9](?:_?[0-9])*|0(?:_?0)*");

  /**
   * Reads the number at a position that holds a digit.
   *
   * @param mayBeReal false after a dot, where digits are the index of an element
   */
  static NumberLiteral at(String source, int position, boolean mayBeReal)
      throws TemplateSyntaxException {
    int limit = Math.min(source.length(), position + LONGEST);
    Matcher real = REAL.matcher(source).region(position, limit);
    if (mayBeReal && real.lookingAt()) {
      return new NumberLiteral(real.group().replace("_", ""), true, real.end());
    }
    Matcher integer = INTEGER.matcher(source).region(position, limit);
    if (!integer.lookingAt() || integer.end() - position == LONGEST) {
      throw new TemplateSyntaxException(
          1 + (int) source.substring(0, position).chars().filter(c -> c == '\n').count(),
          "a number has more than " + LONGEST + " digits");
    }
    return new NumberLiteral(integer.group().replace("_", ""), false, integer.end());
  }
}
