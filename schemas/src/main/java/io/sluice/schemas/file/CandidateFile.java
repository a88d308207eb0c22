package io.sluice.schemas.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.validation.CandidateRules;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * Reads candidates, one JSON object a line: {@code {"id", "source"?, "messages": [{"role",
 * "content"}]}}.
 *
 * <p>Lazy: one line is in memory at a time. Plain or gzip, told apart by content. The id defaults
 * to the line number and may be a whole number; fields of other names are ignored; blank lines are
 * skipped. A line that cannot be used comes out as {@link CandidateLine.Invalid} and the next one
 * follows, so a caller decides whether one bad line matters. That ids are unique is not checked
 * here.
 */
public final class CandidateFile implements Iterator<CandidateLine>, AutoCloseable {
  /** The longest line that is read, in bytes; longer ones are invalid. */
  public static final int MAX_LINE_BYTES = 16 << 20;

  private static final int GZIP_MAGIC = 0x1f8b;
  private static final int BUFFER = 1 << 16;

  private final Path path;
  private final InputStream in;
  private final BoundedLines lines;
  private Optional<CandidateLine> ahead = Optional.empty();

  private CandidateFile(Path path, InputStream in) {
    this.path = path;
    this.in = in;
    this.lines = new BoundedLines(in, MAX_LINE_BYTES);
  }

  /**
   * Opens a file.
   *
   * @throws IOException when it is missing, is no file or cannot be read; the message says which
   */
  public static CandidateFile open(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      throw new IOException(path + " is a directory: give a file of JSON lines");
    }
    InputStream in;
    try {
      in = new BufferedInputStream(Files.newInputStream(path), BUFFER);
    } catch (NoSuchFileException e) {
      throw new IOException(path + ": there is no such file", e);
    }
    try {
      return new CandidateFile(path, unzipped(in));
    } catch (IOException e) {
      in.close();
      throw new IOException(path + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static InputStream unzipped(InputStream in) throws IOException {
    in.mark(2);
    int magic = in.read() << 8 | in.read();
    in.reset();
    return magic == GZIP_MAGIC
        ? new BufferedInputStream(new GZIPInputStream(in, BUFFER), BUFFER)
        : in;
  }

  /**
   * Whether another line follows.
   *
   * @throws UncheckedIOException when reading fails, as at the end of a gzip file that was cut off
   */
  @Override
  public boolean hasNext() {
    if (ahead.isEmpty()) {
      ahead = read();
    }
    return ahead.isPresent();
  }

  /**
   * The next line that is not blank.
   *
   * @throws UncheckedIOException when reading fails, as at the end of a gzip file that was cut off
   */
  @Override
  public CandidateLine next() {
    if (!hasNext()) {
      throw new NoSuchElementException("no more lines in " + path);
    }
    CandidateLine line = ahead.orElseThrow();
    ahead = Optional.empty();
    return line;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private Optional<CandidateLine> read() {
    try {
      Optional<BoundedLines.Line> line = lines.next();
      while (line.isPresent()) {
        if (line.get() instanceof BoundedLines.Unreadable bad) {
          return Optional.of(new CandidateLine.Invalid(bad.number(), bad.reason()));
        }
        if (line.get() instanceof BoundedLines.Text text && !text.text().isBlank()) {
          return Optional.of(parse(text));
        }
        line = lines.next();
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(
          new IOException(path + " cannot be read to its end: " + e.getMessage(), e));
    }
  }

  private static CandidateLine parse(BoundedLines.Text line) {
    try {
      JsonNode object = JsonReading.object(line.text());
      Candidate candidate =
          new Candidate(
              JsonReading.id(object).orElse(Long.toString(line.number())),
              JsonReading.text(object, "source").orElse(""),
              JsonReading.messages(object));
      List<String> problems = CandidateRules.problems(candidate);
      return problems.isEmpty()
          ? new CandidateLine.Valid(line.number(), candidate)
          : new CandidateLine.Invalid(line.number(), String.join("; ", problems));
    } catch (IllegalArgumentException e) {
      return new CandidateLine.Invalid(line.number(), e.getMessage());
    }
  }
}
