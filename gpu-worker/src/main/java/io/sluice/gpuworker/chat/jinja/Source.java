package io.sluice.gpuworker.chat.jinja;

/** A text of which parts are used in others. Immutable; each is only equal to itself. */
final class Source {
  private final String text;
  private final int agreement;
  private final boolean isWellFormed;

  private Source(String text, int agreement, boolean isWellFormed) {
    this.text = text;
    this.agreement = agreement;
    this.isWellFormed = isWellFormed;
  }

  /** The text of the whole conversation. */
  static Source whole(String text) {
    return new Source(text, text.length(), hasWholeCharacters(text));
  }

  /** Another text of the same conversation. */
  static Source beside(Source whole, String text) {
    int shortest = Math.min(text.length(), whole.text.length());
    int agreement = 0;
    while (agreement < shortest && text.charAt(agreement) == whole.text.charAt(agreement)) {
      agreement++;
    }
    return new Source(text, agreement, hasWholeCharacters(text));
  }

  /** A text that has nothing to do with that of the whole conversation. */
  static Source apart(String text) {
    return new Source(text, 0, false);
  }

  private static boolean hasWholeCharacters(String text) {
    return text.codePoints().noneMatch(c -> Character.getType(c) == Character.SURROGATE);
  }

  String text() {
    return text;
  }

  /** How far it is the same as the text of the whole conversation, in UTF-16 units. */
  int agreement() {
    return agreement;
  }

  /** Whether it is known to have no half of a character. */
  boolean isWellFormed() {
    return isWellFormed;
  }
}
