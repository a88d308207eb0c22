package io.sluice.schemas.validation;

/**
 * Makes text from outside (files, requests, records) safe to quote in messages and logs: no control
 * characters, which can change what a terminal shows, and a bounded length.
 */
public final class ForeignText {
  private static final int NAME_LENGTH = 40;

  private ForeignText() {}

  /** Returns a name to quote: cut to 40 characters, control characters replaced by ?. */
  public static String name(String text) {
    return shown(text, NAME_LENGTH);
  }

  /**
   * Returns a text to quote, with control characters and halves of surrogate pairs replaced by ?.
   *
   * @param most how many characters to keep; a longer text is cut and ends in three dots
   */
  public static String shown(String text, int most) {
    String cut = text.length() <= most ? text : text.substring(0, most) + "...";
    return cut.replaceAll("[\\p{Cc}\\p{Cs}]", "?");
  }
}
