package io.sluice.schemas.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.Message;
import io.sluice.schemas.validation.CandidateRules;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;

/**
 * Reads candidates, one JSON object a line: {@code {"id", "source"?, "messages": [{"role",
 * "content"}]}}.
 *
 * <p>Lazy: one line is in memory at a time. Plain or gzip, told apart by content. The id may be a
 * whole number; it defaults to the line number, in a stream to a hash of the messages, since there
 * are many streams and each begins with line 1. Fields of other names are ignored; blank lines are
 * skipped. A line that cannot be used comes out as {@link CandidateLine.Invalid} and the next one
 * follows, so a caller decides whether one bad line matters. That ids are unique is not checked
 * here.
 */
public final class CandidateFile implements Iterator<CandidateLine>, AutoCloseable {
  /** The longest line that is read, in bytes; longer ones are invalid. */
  public static final int MAX_LINE_BYTES = 16 << 20;

  private final JsonLines lines;
  private final boolean isStream;

  private CandidateFile(JsonLines lines, boolean isStream) {
    this.lines = lines;
    this.isStream = isStream;
  }

  /**
   * Opens a file.
   *
   * @throws IOException when it is missing, is no file or cannot be read; the message says which
   */
  public static CandidateFile open(Path path) throws IOException {
    return new CandidateFile(JsonLines.open(path, MAX_LINE_BYTES), false);
  }

  /**
   * Reads a stream, which is closed with this.
   *
   * @param name what the stream is called in messages
   * @param maxLineBytes the longest line that is read; longer ones are invalid
   * @throws IOException when it cannot be read; the message says why
   */
  public static CandidateFile of(InputStream in, String name, int maxLineBytes) throws IOException {
    return new CandidateFile(JsonLines.of(name, in, maxLineBytes), true);
  }

  /**
   * Whether another line follows.
   *
   * @throws UncheckedIOException when reading fails, as at the end of a gzip file that was cut off
   */
  @Override
  public boolean hasNext() {
    return lines.hasNext();
  }

  /**
   * The next line that is not blank.
   *
   * @throws UncheckedIOException when reading fails, as at the end of a gzip file that was cut off
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
   * The candidate of a line.
   *
   * @param unnamed the id where the line gives none
   * @throws IllegalArgumentException when it breaks the rules; the message is for people
   */
  static Candidate candidate(JsonNode object, Function<List<Message>, String> unnamed) {
    List<Message> messages = JsonReading.messages(object);
    Candidate candidate =
        new Candidate(
            JsonReading.id(object).orElseGet(() -> unnamed.apply(messages)),
            JsonReading.text(object, "source").orElse(""),
            messages);
    List<String> problems = CandidateRules.problems(candidate);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    return candidate;
  }
}
