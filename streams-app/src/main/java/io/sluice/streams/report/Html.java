package io.sluice.streams.report;

/** Escapes text for HTML and SVG. */
final class Html {
  private Html() {}

  /** Escapes plain text, for elements and for attributes in double quotes. */
  static String escape(String plain) {
    return plain
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
