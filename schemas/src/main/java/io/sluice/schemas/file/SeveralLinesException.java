package io.sluice.schemas.file;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** An input that should be JSON lines begins with an object that spans several lines. */
final class SeveralLinesException extends IOException {
  private static final long serialVersionUID = 1L;

  SeveralLinesException(String name) {
    super(
        name
            + " begins with a JSON object that spans several lines: write each object on a line of"
            + " its own (jq -c . FILE does), or all of them as one JSON array");
  }

  /** Whether an object begins on this line and does not end on it. */
  static boolean isOpen(JsonItem.Text first) {
    String text = first.text().strip();
    return first.place().kind() == Place.Kind.LINE
        && text.startsWith("{")
        && JsonNesting.isOpenAtEnd(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Whether a line is the continuation of an open object, not the beginning of the next one. */
  static boolean continues(JsonItem.Text second) {
    String text = second.text().strip();
    return !text.startsWith("{") || text.endsWith(",");
  }
}
