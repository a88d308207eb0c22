package io.sluice.schemas.file;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Splits a JSON array into the texts of its elements, keeping at most one element of bounded length
 * in memory. Only the brackets, quotes and commas between the elements are interpreted; whether an
 * element is valid JSON is found out by whoever parses it. Not thread-safe.
 */
final class ArrayElements implements JsonItems.Source {
  private static final int END = -1;

  private final InputStream in;
  private final int maxBytes;
  private long line = 1;
  private long element;

  /**
   * What comes before the next element: [ or a comma, or the ] at the end of the array; 0 until it
   * has been read.
   */
  private int before;

  /**
   * Creates a splitter.
   *
   * @param in a buffered stream whose first bytes are white space and [; closed by {@link #close}
   * @param maxBytes length of the longest element that is kept, in bytes
   */
  ArrayElements(InputStream in, int maxBytes) {
    this.in = in;
    this.maxBytes = maxBytes;
  }

  /**
   * Reads the next element. Returns empty after the last one.
   *
   * @throws IOException when reading fails, the stream ends before the array does, or something
   *     follows the array
   */
  @Override
  public Optional<JsonItem> next() throws IOException {
    if (before == 0) {
      before = afterSpace();
    }
    if (before == ']') {
      requireEnd();
      return Optional.empty();
    }
    int first = afterSpace();
    if (first == ']' && before == '[') {
      before = ']';
      requireEnd();
      return Optional.empty();
    }
    element++;
    return Optional.of(element(first));
  }

  private JsonItem element(int first) throws IOException {
    long begin = line;
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    boolean tooLong = false;
    JsonNesting nesting = new JsonNesting();
    int b = first;
    for (; !(nesting.isOutside() && (b == ',' || b == ']')); b = read()) {
      if (b == END) {
        throw new IOException(
            "the JSON array ends within or after element "
                + element
                + ", before its closing bracket: the file is cut off or a bracket or quote is not"
                + " closed");
      }
      nesting.accept(b);
      if (kept.size() < maxBytes) {
        kept.write(b);
      } else {
        tooLong = true;
      }
    }
    before = b;
    Place place = Place.element(element, begin);
    if (tooLong) {
      return JsonItem.tooLong(place, maxBytes);
    }
    return kept.size() == 0
        ? new JsonItem.Unreadable(place, "there is no value: remove a comma")
        : JsonItem.decode(place, kept.toByteArray());
  }

  private void requireEnd() throws IOException {
    if (afterSpace() != END) {
      throw new IOException(
          "more text follows on line "
              + line
              + ", after the end of the JSON array: give one array, or one JSON object per line");
    }
  }

  /** Returns the next byte that is not white space. */
  private int afterSpace() throws IOException {
    int b = read();
    while (b == ' ' || b == '\t' || b == '\r' || b == '\n') {
      b = read();
    }
    return b;
  }

  private int read() throws IOException {
    int b = in.read();
    if (b == '\n') {
      line++;
    }
    return b;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
