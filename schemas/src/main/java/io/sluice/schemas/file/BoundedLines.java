package io.sluice.schemas.file;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Cuts a stream of bytes into lines and never holds more than a bounded number of bytes.
 *
 * <p>Bytes, since a reader of characters would hide which line is not UTF-8 and would have no bound
 * on a file without line ends.
 */
final class BoundedLines {
  private static final int END = -1;

  private final InputStream in;
  private final int maxBytes;
  private long number;

  /**
   * Lines of a stream.
   *
   * @param in a buffered stream; whoever opened it closes it
   * @param maxBytes the longest line that is kept, without its line end
   */
  BoundedLines(InputStream in, int maxBytes) {
    this.in = in;
    this.maxBytes = maxBytes;
  }

  /** The next line, or empty at the end of the stream. */
  Optional<Line> next() throws IOException {
    int first = in.read();
    if (first == END) {
      return Optional.empty();
    }
    number++;
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    boolean tooLong = false;
    for (int b = first; b != '\n' && b != END; b = in.read()) {
      if (kept.size() < maxBytes) {
        kept.write(b);
      } else {
        tooLong = true;
      }
    }
    if (tooLong) {
      return Optional.of(new Unreadable(number, "longer than " + maxBytes + " bytes"));
    }
    return Optional.of(decode(kept.toByteArray()));
  }

  private Line decode(byte[] bytes) {
    try {
      return new Text(
          number, StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      return new Unreadable(number, "not UTF-8 text: save the file as UTF-8");
    }
  }

  /** One line, numbered from 1. */
  sealed interface Line {}

  /** A line's text, without its line feed. */
  record Text(long number, String text) implements Line {}

  /** A line that is no text, or too long. */
  record Unreadable(long number, String reason) implements Line {}
}
