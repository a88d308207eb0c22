package io.sluice.schemas.file;

/**
 * Follows JSON byte by byte and knows whether a string, an array or an object is open. It does not
 * check that the JSON is valid. Not thread-safe.
 */
final class JsonNesting {
  private boolean inString;
  private boolean escaped;
  private long depth;

  /** Whether the bytes end within a string, an array or an object. */
  static boolean isOpenAtEnd(byte[] bytes) {
    JsonNesting nesting = new JsonNesting();
    for (byte b : bytes) {
      nesting.accept(b);
    }
    return !nesting.isOutside();
  }

  /** Continues with the next byte. */
  void accept(int b) {
    if (inString) {
      inString = escaped || b != '"';
      escaped = !escaped && b == '\\';
      return;
    }
    switch (b) {
      case '"' -> inString = true;
      case '{', '[' -> depth++;
      case '}', ']' -> depth--;
      default -> {}
    }
  }

  /** Whether no string, array or object is open. */
  boolean isOutside() {
    return !inString && depth <= 0;
  }
}
