package io.sluice.schemas.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.Message;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.schemas.validation.CandidateRules;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;

/**
 * Reads candidates, one JSON object per line: {@code {"id"?, "source"?, "messages": [{"role",
 * "content"}]}}.
 *
 * <p>Reading is lazy: one line is in memory at a time. The input is plain text or gzip, which is
 * detected from its first bytes. An id may be a whole number. A candidate of a file that has no id
 * gets the number of its line. A candidate of a stream gets a hash of its messages instead, because
 * there are many streams and each begins with line 1. Unknown fields are ignored and blank lines
 * are skipped. An unusable line is returned as {@link CandidateLine.Invalid} and reading continues,
 * so that the caller decides whether one bad line matters. Whether ids are unique is not checked.
 *
 * <p>Not thread-safe.
 */
public final class CandidateFile implements Iterator<CandidateLine>, AutoCloseable {
  /** The longest line that is read, in bytes: as long as a record. Longer ones are invalid. */
  public static final int MAX_LINE_BYTES = RecordLimit.MAX_BYTES;

  private final JsonLines lines;
  private final boolean isStream;

  private CandidateFile(JsonLines lines, boolean isStream) {
    this.lines = lines;
    this.isStream = isStream;
  }

  /**
   * Opens a file; the caller closes the reader.
   *
   * @throws IOException when it is missing, is a directory or cannot be read; the message says
   *     which
   */
  public static CandidateFile open(Path path) throws IOException {
    return new CandidateFile(JsonLines.open(path, MAX_LINE_BYTES), false);
  }

  /**
   * Reads a stream, which is closed together with the reader.
   *
   * @param name how error messages name the stream
   * @param maxLineBytes length of the longest line that is accepted, in bytes; longer ones are
   *     invalid
   * @throws IOException when the stream cannot be read; the message says why
   */
  public static CandidateFile of(InputStream in, String name, int maxLineBytes) throws IOException {
    return new CandidateFile(JsonLines.of(name, in, maxLineBytes), true);
  }

  /**
   * Whether there is another line that is not blank.
   *
   * @throws UncheckedIOException when reading fails, for example because a gzip file is truncated
   */
  @Override
  public boolean hasNext() {
    return lines.hasNext();
  }

  /**
   * Reads the next line that is not blank.
   *
   * @throws UncheckedIOException when reading fails, for example because a gzip file is truncated
   */
  @Override
  public CandidateLine next() {
    BoundedLines.Line line = lines.next();
    if (line instanceof BoundedLines.Unreadable bad) {
      return new CandidateLine.Invalid(bad.number(), bad.reason());
    }
    BoundedLines.Text text = (BoundedLines.Text) line;
    try {
      JsonNode object = JsonReading.object(text.text());
      return new CandidateLine.Valid(
          text.number(),
          isStream
              ? candidate(object, ContentId::of)
              : candidate(object, messages -> Long.toString(text.number())));
    } catch (IllegalArgumentException e) {
      return new CandidateLine.Invalid(text.number(), e.getMessage());
    }
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }

  /**
   * Converts the JSON object of a line to a candidate.
   *
   * @param defaultId gives the id of a candidate without one, from its messages
   * @throws IllegalArgumentException when the candidate breaks {@link CandidateRules}; the message
   *     lists all problems
   */
  static Candidate candidate(JsonNode object, Function<List<Message>, String> defaultId) {
    List<Message> messages = JsonReading.messages(object);
    Candidate candidate =
        new Candidate(
            JsonReading.id(object).orElseGet(() -> defaultId.apply(messages)),
            JsonReading.text(object, "source").orElse(""),
            messages);
    List<String> problems = CandidateRules.problems(candidate);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    return candidate;
  }
}
