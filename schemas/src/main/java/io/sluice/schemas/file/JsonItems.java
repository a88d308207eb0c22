package io.sluice.schemas.file;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * Iterates over the values of a file or stream, with one or two in memory at a time, or one row
 * group of Parquet. The input is JSON lines, of which blank ones are skipped, one JSON array, or
 * Parquet, and text is plain or compressed; all of this is detected from its content. Not
 * thread-safe.
 */
final class JsonItems implements Iterator<JsonItem>, AutoCloseable {
  private final String name;
  private final Source source;
  private final Deque<JsonItem> ahead = new ArrayDeque<>();
  private boolean begun;

  /** Reads an input value by value. */
  interface Source extends Closeable {
    /** Returns the next value, or empty after the last one. */
    Optional<JsonItem> next() throws IOException;
  }

  private JsonItems(String name, Source source) {
    this.name = name;
    this.source = source;
  }

  /**
   * Opens a file.
   *
   * @param maxBytes length of the longest value that is accepted, in bytes; longer ones are
   *     returned as {@link JsonItem.Unreadable}
   * @throws IOException when it is missing, is a directory, is not JSON text, or cannot be read;
   *     the message says which
   */
  static JsonItems open(Path path, int maxBytes) throws IOException {
    return ParquetRows.isParquet(path)
        ? new JsonItems(path.toString(), ParquetRows.open(path, maxBytes))
        : of(path.toString(), TextInput.open(path), maxBytes);
  }

  /**
   * Reads a stream.
   *
   * @param name how error messages name the stream
   * @param in closed by {@link #close}, and also when this method fails
   * @param maxBytes length of the longest value that is accepted, in bytes; longer ones are
   *     returned as {@link JsonItem.Unreadable}
   * @throws IOException when the stream is not JSON text or cannot be read; the message says why
   */
  static JsonItems of(String name, InputStream in, int maxBytes) throws IOException {
    BufferedInputStream bytes = new BufferedInputStream(in);
    return ParquetRows.isParquet(bytes)
        ? new JsonItems(name, ParquetRows.of(name, bytes, maxBytes))
        : of(name, TextInput.of(name, bytes), maxBytes);
  }

  private static JsonItems of(String name, TextInput text, int maxBytes) {
    Source source =
        text.isArray()
            ? new ArrayElements(text.in(), maxBytes)
            : new BoundedLines(text.in(), maxBytes);
    return new JsonItems(name, source);
  }

  /**
   * Whether there is another value.
   *
   * @throws UncheckedIOException when the input cannot be read to its end; the cause names it and
   *     says why. It is a {@link SeveralLinesException} when a JSON object spans several lines.
   */
  @Override
  public boolean hasNext() {
    try {
      if (!begun) {
        begun = true;
        begin();
      }
      if (ahead.isEmpty()) {
        read().ifPresent(ahead::add);
      }
      return !ahead.isEmpty();
    } catch (SeveralLinesException e) {
      throw new UncheckedIOException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(
          new IOException(name + " cannot be read to its end: " + e.getMessage(), e));
    }
  }

  @Override
  public JsonItem next() {
    if (!hasNext()) {
      throw new NoSuchElementException("nothing more in " + name);
    }
    return ahead.remove();
  }

  @Override
  public void close() throws IOException {
    source.close();
  }

  /** Reads two values, because an object that spans several lines is recognised by two lines. */
  private void begin() throws IOException {
    Optional<JsonItem> first = read();
    first.ifPresent(ahead::add);
    if (first.isPresent()
        && first.get() instanceof JsonItem.Text one
        && SeveralLinesException.isOpen(one)) {
      Optional<JsonItem> second = read();
      second.ifPresent(ahead::add);
      if (second.isPresent()
          && second.get() instanceof JsonItem.Text two
          && SeveralLinesException.continues(two)) {
        throw new SeveralLinesException(name);
      }
    }
  }

  private Optional<JsonItem> read() throws IOException {
    Optional<JsonItem> item = source.next();
    while (item.isPresent()
        && item.get() instanceof JsonItem.Text text
        && text.place().kind() == Place.Kind.LINE
        && text.text().isBlank()) {
      item = source.next();
    }
    return item.map(each -> each instanceof JsonItem.Row row ? row.orRejected() : each);
  }
}
