package io.sluice.schemas.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.schemas.Query;
import io.sluice.schemas.form.FormOptions;
import io.sluice.schemas.form.FormReader;
import io.sluice.schemas.form.OtherFields;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads examples of several kinds. Each line of a file of JSON lines, or each element of a JSON
 * array, may be a candidate of any {@linkplain io.sluice.schemas.form.Form form}, a query whose
 * text is already formatted ({@code {"prompts", "labels"}}), or a task ({@code {"task",
 * "queries"}}, of which each query is an example). A file may also be one task file that spans
 * several lines.
 *
 * <p>The file is text, plain or compressed with gzip or zstd, or Parquet, which is detected from
 * its first bytes; blank lines are skipped. An unusable line is returned as {@link
 * ExampleLine.Invalid}, so that the caller decides whether one bad line matters.
 */
public final class ExampleFile {
  private static final Set<String> FORMATTED = Set.of("prompts", "labels");

  private final FormReader forms;

  private ExampleFile(FormOptions options) {
    this.forms = new FormReader(options);
  }

  /**
   * Reads a whole file whose examples say by their fields which form they have, see {@link
   * #read(Path, FormOptions)}.
   */
  public static List<ExampleLine> read(Path path) throws IOException {
    return read(path, FormOptions.DEFAULT);
  }

  /**
   * Reads a whole file.
   *
   * @param options how examples are read that are neither formatted texts nor tasks
   * @return the examples and the unusable lines, in the order of the file
   * @throws IOException when the file is missing, is not JSON text or cannot be read to its end
   * @throws IllegalArgumentException when the file is one task that spans several lines and breaks
   *     the rules; the message names the file and the problem
   */
  public static List<ExampleLine> read(Path path, FormOptions options) throws IOException {
    ExampleFile file = new ExampleFile(options);
    List<ExampleLine> examples = new ArrayList<>();
    try (JsonItems items = JsonItems.open(path, CandidateFile.MAX_LINE_BYTES)) {
      while (items.hasNext()) {
        examples.addAll(file.examples(items.next()));
      }
      return examples;
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof SeveralLinesException && TaskFile.isTask(path)) {
        return queries(Place.line(1), TaskFile.read(path));
      }
      throw e.getCause();
    }
  }

  private List<ExampleLine> examples(JsonItem item) {
    try {
      return examples(item, item.object());
    } catch (IllegalArgumentException e) {
      return List.of(new ExampleLine.Invalid(item.place(), item.cause(e).getMessage()));
    }
  }

  private List<ExampleLine> examples(JsonItem item, JsonNode object) {
    if (isNamed(object, "queries")) {
      return queries(item.place(), TaskFile.parse(item.source()));
    }
    if (!object.hasNonNull("messages")
        && FORMATTED.stream().anyMatch(name -> isNamed(object, name))) {
      requireOnlyText(object);
      return List.of(
          new ExampleLine.OfText(item.place(), text(object, "prompts"), text(object, "labels")));
    }
    return List.of(
        new ExampleLine.OfCandidate(
            item.place(),
            CandidateFile.candidate(
                forms.read(object),
                item.givenId().orElseGet(() -> Long.toString(item.place().number())))));
  }

  /** Whether an object has a field that is not read as another one. */
  private boolean isNamed(JsonNode object, String field) {
    return object.has(field) && !forms.options().columns().containsValue(field);
  }

  /** The text is formatted already, so whatever stands beside it is not in it. */
  private static void requireOnlyText(JsonNode object) {
    ObjectNode rest = object.deepCopy();
    rest.remove(FORMATTED);
    OtherFields.refuse(rest);
  }

  private static String text(JsonNode object, String field) {
    return JsonReading.text(object, field)
        .orElseThrow(
            () -> new IllegalArgumentException("prompts and labels must both be given, as texts"));
  }

  private static List<ExampleLine> queries(Place place, TaskFile task) {
    List<ExampleLine> queries = new ArrayList<>();
    for (Query query : task.queries()) {
      queries.add(new ExampleLine.OfQuery(place, query, task));
    }
    return queries;
  }
}
