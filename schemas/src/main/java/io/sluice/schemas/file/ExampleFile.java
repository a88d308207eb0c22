package io.sluice.schemas.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.schemas.Query;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads examples of any form: JSON lines, mixed at will, of candidates ({@code {"id"?,
 * "messages"}}), of formatted queries ({@code {"prompts", "labels"}}) and of tasks ({@code {"task",
 * "queries"}}, an example a query); or one task file over several lines.
 *
 * <p>Plain or gzip, told apart by content; blank lines are skipped. A line that cannot be used
 * comes out as {@link ExampleLine.Invalid}, so a caller decides whether one bad line matters.
 */
public final class ExampleFile {
  private ExampleFile() {}

  /**
   * Reads a file.
   *
   * @return its examples, in order
   * @throws IOException when it is missing or cannot be read to its end
   * @throws IllegalArgumentException when it is one task over several lines and breaks the rules;
   *     the message names file and fault
   */
  public static List<ExampleLine> read(Path path) throws IOException {
    List<ExampleLine> examples = new ArrayList<>();
    try (JsonLines lines = JsonLines.open(path, CandidateFile.MAX_LINE_BYTES)) {
      while (lines.hasNext()) {
        BoundedLines.Line line = lines.next();
        if (examples.isEmpty()
            && line instanceof BoundedLines.Text text
            && goesOn(text.text().strip())) {
          return questions(text.number(), TaskFile.read(path));
        }
        examples.addAll(examples(line));
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return examples;
  }

  /** Whether an object begins that does not end on its line. */
  private static boolean goesOn(String line) {
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
      return questions(line.number(), TaskFile.parse(line.text()));
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
        .orElseThrow(() -> new IllegalArgumentException("needs the texts prompts and labels"));
  }

  private static List<ExampleLine> questions(long line, TaskFile task) {
    List<ExampleLine> questions = new ArrayList<>();
    for (Query query : task.queries()) {
      questions.add(new ExampleLine.OfQuery(line, query));
    }
    return questions;
  }
}
