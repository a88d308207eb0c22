package io.sluice.schemas.validation;

/** Text that somebody else wrote, made fit to be shown in a message. */
public final class ForeignText {
  private static final int SHORT = 40;

  private ForeignText() {}

  /** A name: cut to 40 characters, without control characters. */
  public static String name(String text) {
    return shown(text, SHORT);
  }

  /**
   * Any text, without control characters, which can change what a terminal shows.
   *
   * @param most characters that are kept
   */
  public static String shown(String text, int most) {
    String cut = text.length() <= most ? text : text.substring(0, most) + "...";
    return cut.replaceAll("\\p{Cc}", "?");
  }
}
