package io.sluice.schemas.file;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * Iterates over the lines of a file or stream that are not blank, with one line in memory at a
 * time. The input is plain text or gzip, which is detected from its first bytes. Not thread-safe.
 */
final class JsonLines implements Iterator<BoundedLines.Line>, AutoCloseable {
  private static final int GZIP_MAGIC = 0x1f8b;
  private static final int BUFFER = 1 << 16;

  private final String name;
  private final InputStream in;
  private final BoundedLines lines;
  private Optional<BoundedLines.Line> ahead = Optional.empty();

  private JsonLines(String name, InputStream in, int maxLineBytes) {
    this.name = name;
    this.in = in;
    this.lines = new BoundedLines(in, maxLineBytes);
  }

  /**
   * Opens a file.
   *
   * @param maxLineBytes length of the longest line that is accepted, in bytes; longer ones are
   *     returned as {@link BoundedLines.Unreadable}
   * @throws IOException when it is missing, is a directory or cannot be read; the message says
   *     which
   */
  static JsonLines open(Path path, int maxLineBytes) throws IOException {
    if (Files.isDirectory(path)) {
      throw new IOException(path + " is a directory: give a file of JSON lines");
    }
    InputStream in;
    try {
      in = Files.newInputStream(path);
    } catch (NoSuchFileException e) {
      throw new IOException(path + ": there is no such file", e);
    }
    return of(path.toString(), in, maxLineBytes);
  }

  /**
   * Reads a stream.
   *
   * @param name how error messages name the stream
   * @param in closed by {@link #close}, and also when this method fails
   * @param maxLineBytes length of the longest line that is accepted, in bytes; longer ones are
   *     returned as {@link BoundedLines.Unreadable}
   * @throws IOException when the stream cannot be read; the message says why
   */
  static JsonLines of(String name, InputStream in, int maxLineBytes) throws IOException {
    try {
      return new JsonLines(name, decompressed(in), maxLineBytes);
    } catch (EOFException e) {
      in.close();
      throw new IOException(name + " is truncated: get the gzip file again", e);
    } catch (IOException e) {
      in.close();
      throw new IOException(name + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static InputStream decompressed(InputStream bytes) throws IOException {
    InputStream in = new BufferedInputStream(bytes, BUFFER);
    in.mark(2);
    int magic = in.read() << 8 | in.read();
    in.reset();
    return magic == GZIP_MAGIC
        ? new BufferedInputStream(new GZIPInputStream(in, BUFFER), BUFFER)
        : in;
  }

  @Override
  public boolean hasNext() {
    if (ahead.isEmpty()) {
      ahead = read();
    }
    return ahead.isPresent();
  }

  @Override
  public BoundedLines.Line next() {
    if (!hasNext()) {
      throw new NoSuchElementException("no more lines in " + name);
    }
    BoundedLines.Line line = ahead.orElseThrow();
    ahead = Optional.empty();
    return line;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private Optional<BoundedLines.Line> read() {
    try {
      Optional<BoundedLines.Line> line = lines.next();
      while (line.isPresent()
          && line.get() instanceof BoundedLines.Text text
          && text.text().isBlank()) {
        line = lines.next();
      }
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(
          new IOException(name + " cannot be read to its end: " + e.getMessage(), e));
    }
  }
}
