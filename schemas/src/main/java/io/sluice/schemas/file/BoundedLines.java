package io.sluice.schemas.file;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Splits a stream of bytes into lines, keeping at most one line of bounded length in memory.
 *
 * <p>It reads bytes because a {@link java.io.Reader} would hide which line is not UTF-8 and would
 * put no bound on the memory for a file without line breaks. Not thread-safe.
 */
final class BoundedLines {
  private static final int END = -1;

  private final InputStream in;
  private final int maxBytes;
  private long number;

  /**
   * Creates a splitter that begins at the stream's current position.
   *
   * @param in a buffered stream; the caller closes it
   * @param maxBytes length of the longest line that is kept, in bytes without the line feed
   */
  BoundedLines(InputStream in, int maxBytes) {
    this.in = in;
    this.maxBytes = maxBytes;
  }

  /** Reads the next line. Returns empty at the end of the stream. */
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

  /** What was read of one line. Lines are numbered from 1. */
  sealed interface Line {}

  /** A line's text, without its line feed. */
  record Text(long number, String text) implements Line {}

  /** A line that is too long or is not UTF-8. */
  record Unreadable(long number, String reason) implements Line {}
}
