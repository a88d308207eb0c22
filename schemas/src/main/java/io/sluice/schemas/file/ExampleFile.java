package io.sluice.schemas.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.schemas.Query;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads examples of several forms. Each line of a file of JSON lines may be a candidate ({@code
 * {"id"?, "messages"}}), a query whose text is already formatted ({@code {"prompts", "labels"}}),
 * or a task ({@code {"task", "queries"}}, of which each query is an example). A file may also be
 * one task file that spans several lines.
 *
 * <p>The file is plain text or gzip, which is detected from its first bytes; blank lines are
 * skipped. An unusable line is returned as {@link ExampleLine.Invalid}, so that the caller decides
 * whether one bad line matters.
 */
public final class ExampleFile {
  private ExampleFile() {}

  /**
   * Reads a whole file.
   *
   * @return the examples and the unusable lines, in the order of the file
   * @throws IOException when the file is missing or cannot be read to its end
   * @throws IllegalArgumentException when the file is one task that spans several lines and breaks
   *     the rules; the message names the file and the problem
   */
  public static List<ExampleLine> read(Path path) throws IOException {
    List<ExampleLine> examples = new ArrayList<>();
    try (JsonLines lines = JsonLines.open(path, CandidateFile.MAX_LINE_BYTES)) {
      while (lines.hasNext()) {
        BoundedLines.Line line = lines.next();
        if (examples.isEmpty()
            && line instanceof BoundedLines.Text text
            && isFirstOfSeveralLines(text.text().strip())) {
          return queries(text.number(), TaskFile.read(path));
        }
        examples.addAll(examples(line));
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return examples;
  }

  /** Whether a JSON object begins on this line and ends on a later one. */
  private static boolean isFirstOfSeveralLines(String line) {
    return line.startsWith("{") && !line.endsWith("}");
  }

  private static List<ExampleLine> examples(BoundedLines.Line line) {
    if (line instanceof BoundedLines.Unreadable bad) {
      return List.of(new ExampleLine.Invalid(bad.number(), bad.reason()));
    }
    BoundedLines.Text text = (BoundedLines.Text) line;
    try {
      return examples(text, JsonReading.object(text.text()));
    } catch (IllegalArgumentException e) {
      return List.of(new ExampleLine.Invalid(text.number(), e.getMessage()));
    }
  }

  private static List<ExampleLine> examples(BoundedLines.Text line, JsonNode object) {
    if (object.has("queries")) {
      return queries(line.number(), TaskFile.parse(line.text()));
    }
    if (object.has("prompts") || object.has("labels")) {
      return List.of(
          new ExampleLine.OfText(line.number(), text(object, "prompts"), text(object, "labels")));
    }
    return List.of(
        new ExampleLine.OfCandidate(
            line.number(),
            CandidateFile.candidate(object, messages -> Long.toString(line.number()))));
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
