package io.sluice.streams.report;

/** Text in HTML and SVG. */
final class Html {
  private Html() {}

  /** A text as it is shown, whatever it holds; fit for attributes in double quotes too. */
  static String text(String plain) {
    return plain
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
