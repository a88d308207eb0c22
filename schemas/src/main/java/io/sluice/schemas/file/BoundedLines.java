package io.sluice.schemas.file;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Splits a stream of bytes into lines, keeping at most one line of bounded length in memory.
 *
 * <p>It reads bytes because a {@link java.io.Reader} would hide which line is not UTF-8 and would
 * put no bound on the memory for a file without line breaks. Not thread-safe.
 */
final class BoundedLines implements JsonItems.Source {
  private static final int END = -1;

  private final InputStream in;
  private final int maxBytes;
  private long number;

  /**
   * Creates a splitter that begins at the stream's current position.
   *
   * @param in a buffered stream; closed by {@link #close}
   * @param maxBytes length of the longest line that is kept, in bytes without the line feed
   */
  BoundedLines(InputStream in, int maxBytes) {
    this.in = in;
    this.maxBytes = maxBytes;
  }

  /**
   * Reads the next line. Returns empty at the end of the stream.
   *
   * @throws IOException when reading fails, or the stream ends within a JSON value, which means
   *     that it was cut off
   */
  @Override
  public Optional<JsonItem> next() throws IOException {
    int first = in.read();
    if (first == END) {
      return Optional.empty();
    }
    number++;
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    boolean tooLong = false;
    boolean hasReturns = false;
    int b = first;
    int previous = 0;
    for (; b != '\n' && b != END; b = in.read()) {
      hasReturns |= previous == '\r';
      previous = b;
      if (kept.size() < maxBytes) {
        kept.write(b);
      } else {
        tooLong = true;
      }
    }
    if (tooLong) {
      return Optional.of(
          JsonItem.tooLong(
              Place.line(number), maxBytes, hasReturns ? "; " + JsonReading.CARRIAGE_RETURNS : ""));
    }
    byte[] bytes = kept.toByteArray();
    if (b == END && JsonNesting.isOpenAtEnd(bytes)) {
      throw new IOException(
          "line " + number + ", the last one, is cut off: a bracket or quote is not closed");
    }
    return Optional.of(JsonItem.decode(Place.line(number), bytes));
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
