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
 * <p>The file is plain text or gzip, which is detected from its first bytes; blank lines are
 * skipped. An unusable line is returned as {@link ExampleLine.Invalid}, so that the caller decides
 * whether one bad line matters.
 */
public final class ExampleFile {
  private static final Set<String> FORMATTED = Set.of("prompts", "labels");
  private static final FormReader FORMS = new FormReader(FormOptions.DEFAULT);

  private ExampleFile() {}

  /**
   * Reads a whole file.
   *
   * @return the examples and the unusable lines, in the order of the file
   * @throws IOException when the file is missing, is not JSON text or cannot be read to its end
   * @throws IllegalArgumentException when the file is one task that spans several lines and breaks
   *     the rules; the message names the file and the problem
   */
  public static List<ExampleLine> read(Path path) throws IOException {
    List<ExampleLine> examples = new ArrayList<>();
    try (JsonItems items = JsonItems.open(path, CandidateFile.MAX_LINE_BYTES)) {
      while (items.hasNext()) {
        examples.addAll(examples(items.next()));
      }
      return examples;
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof SeveralLinesException && TaskFile.isTask(path)) {
        return queries(1, TaskFile.read(path));
      }
      throw e.getCause();
    }
  }

  private static List<ExampleLine> examples(JsonItem item) {
    if (item instanceof JsonItem.Unreadable bad) {
      return List.of(new ExampleLine.Invalid(bad.line(), bad.reason()));
    }
    JsonItem.Text text = (JsonItem.Text) item;
    try {
      return examples(text, JsonReading.object(text.text()));
    } catch (IllegalArgumentException e) {
      return List.of(new ExampleLine.Invalid(text.line(), text.reason(e.getMessage())));
    }
  }

  private static List<ExampleLine> examples(JsonItem.Text item, JsonNode object) {
    if (object.has("queries")) {
      return queries(item.line(), TaskFile.parse(item.text()));
    }
    if (!object.hasNonNull("messages") && FORMATTED.stream().anyMatch(object::has)) {
      requireOnlyText(object);
      return List.of(
          new ExampleLine.OfText(item.line(), text(object, "prompts"), text(object, "labels")));
    }
    return List.of(
        new ExampleLine.OfCandidate(
            item.line(),
            CandidateFile.candidate(FORMS.read(object), Long.toString(item.number()))));
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

  private static List<ExampleLine> queries(long line, TaskFile task) {
    List<ExampleLine> queries = new ArrayList<>();
    for (Query query : task.queries()) {
      queries.add(new ExampleLine.OfQuery(line, query));
    }
    return queries;
  }
}
