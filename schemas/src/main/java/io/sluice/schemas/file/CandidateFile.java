package io.sluice.schemas.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.form.Example;
import io.sluice.schemas.form.FormOptions;
import io.sluice.schemas.form.FormReader;
import io.sluice.schemas.form.RefusedExampleException;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.schemas.validation.CandidateRules;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Reads candidates of every {@linkplain io.sluice.schemas.form.Form form}, one JSON object per
 * line, as the elements of one JSON array, or as the rows of a Parquet file.
 *
 * <p>Reading is lazy: one or two candidates are in memory at a time, or one row group of Parquet.
 * Text is plain or compressed with gzip or zstd; all of this is detected from the content. An id
 * may be a whole number. A candidate of a file that has no id gets the number of its line, of its
 * element in the array, or of its row. A candidate of a stream gets a hash of its messages and
 * tools instead, because there are many streams and each begins with line 1. Fields that could
 * change what is learnt are refused; other unknown fields are metadata. Blank lines are skipped. An
 * unusable line or element is returned as {@link CandidateLine.Invalid} and reading continues, so
 * that the caller decides whether it matters. Whether ids are unique is not checked.
 *
 * <p>Not thread-safe.
 */
public final class CandidateFile implements Iterator<CandidateLine>, AutoCloseable {
  /** The longest line that is read, in bytes: as long as a record. Longer ones are invalid. */
  public static final int MAX_LINE_BYTES = RecordLimit.MAX_BYTES;

  private final JsonItems items;
  private final FormReader forms;
  private final MappedColumns columns;

  /** What precedes the number of an example in its id; empty for a stream. */
  private final Optional<String> idPrefix;

  private CandidateFile(JsonItems items, FormOptions options, Optional<String> idPrefix) {
    this.items = items;
    this.forms = new FormReader(options);
    this.columns = new MappedColumns(options);
    this.idPrefix = idPrefix;
  }

  /**
   * Opens a file whose examples say by their fields which form they have; the caller closes the
   * reader.
   *
   * @throws IOException like {@link #open(Path, FormOptions, String)}
   */
  public static CandidateFile open(Path path) throws IOException {
    return open(path, FormOptions.DEFAULT, "");
  }

  /**
   * Opens a file; the caller closes the reader.
   *
   * @param idPrefix what precedes the number of the line or element in the id of a candidate
   *     without one, so that candidates of several files have different ids
   * @throws IOException when it is missing, is a directory, is not JSON text or cannot be read; the
   *     message says which
   */
  public static CandidateFile open(Path path, FormOptions options, String idPrefix)
      throws IOException {
    return new CandidateFile(JsonItems.open(path, MAX_LINE_BYTES), options, Optional.of(idPrefix));
  }

  /**
   * Reads a stream, which is closed together with the reader.
   *
   * @param name how error messages name the stream
   * @param maxLineBytes length of the longest line that is accepted, in bytes; longer ones are
   *     invalid
   * @throws IOException when the stream cannot be read; the message says why
   */
  public static CandidateFile of(InputStream in, String name, int maxLineBytes, FormOptions options)
      throws IOException {
    return new CandidateFile(JsonItems.of(name, in, maxLineBytes), options, Optional.empty());
  }

  /**
   * Whether there is another candidate.
   *
   * @throws UncheckedIOException when the input cannot be read to its end, for example because it
   *     is cut off; the message of its cause says why
   */
  @Override
  public boolean hasNext() {
    return items.hasNext();
  }

  /**
   * Reads the next line that is not blank, or the next element.
   *
   * @throws UncheckedIOException like {@link #hasNext}
   */
  @Override
  public CandidateLine next() {
    JsonItem item = items.next();
    try {
      JsonNode object = item.object();
      columns.see(object);
      Example example = forms.read(object);
      return new CandidateLine.Valid(
          item.place(),
          candidate(
              example,
              idInFile(item).orElseGet(() -> ContentId.of(example.messages(), example.tools()))),
          example.form(),
          example.leftOut());
    } catch (IllegalArgumentException e) {
      IllegalArgumentException cause = item.cause(e);
      columns.seeLacking(RefusedExampleException.lackingOf(cause));
      return new CandidateLine.Invalid(
          item.place(),
          idInFile(item).orElse(""),
          cause.getMessage(),
          item.source(),
          RefusedExampleException.adviceOf(cause),
          RefusedExampleException.kindOf(cause),
          item.origin());
    }
  }

  /** The id of an example of a file that has none; empty if it has to be made of its content. */
  private Optional<String> idInFile(JsonItem item) {
    return item.givenId().or(() -> idPrefix.map(prefix -> prefix + item.place().number()));
  }

  /**
   * The columns that the options map and that none of the examples read so far has, each with its
   * field, such as {@code output=response}.
   */
  public List<String> missingColumns() {
    return columns.missing();
  }

  /**
   * Those of the {@linkplain #missingColumns() missing columns} that are mapped to a field for lack
   * of which an example was refused.
   */
  public List<String> missingColumnsOfRefused() {
    return columns.missingOfRefused();
  }

  @Override
  public void close() throws IOException {
    items.close();
  }

  /**
   * Converts an example to a candidate.
   *
   * @param defaultId the id of a candidate without one
   * @throws IllegalArgumentException when the candidate breaks {@link CandidateRules}; the message
   *     lists all problems
   */
  static Candidate candidate(Example example, String defaultId) {
    Candidate candidate =
        new Candidate(
            example.id().orElse(defaultId),
            example.source(),
            example.messages(),
            example.tools(),
            example.metadata());
    List<String> problems = CandidateRules.problems(candidate);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    return candidate;
  }
}
