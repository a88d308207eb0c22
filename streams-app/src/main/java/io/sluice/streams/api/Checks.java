package io.sluice.streams.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpStatus;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.Query;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.file.CandidateFile;
import io.sluice.schemas.file.CandidateLine;
import io.sluice.schemas.file.TaskFile;
import io.sluice.schemas.form.Form;
import io.sluice.schemas.form.FormOptions;
import io.sluice.schemas.message.MessageJson;
import io.sluice.schemas.validation.TargetTaskRules;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Handles the requests that say what a write would do, without writing: for people who are still
 * typing. Thread-safe.
 */
final class Checks {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final Pattern CHECKS = Pattern.compile("/api/(tasks/[^/]+|examples)/check");
  private static final int MOST_EXAMPLES = 2_000;
  private static final int MOST_ERRORS = 100;

  /** What the id of an example without one begins with. */
  private static final String HASHED = "sha256-";

  private static final List<String> LINES =
      List.of("application/x-ndjson", "application/jsonl", Json.TYPE);

  private final int maxBytes;
  private final TaskReads tasks;

  /**
   * Creates it.
   *
   * @param maxBytes the longest body, in bytes
   */
  Checks(int maxBytes, TaskReads tasks) {
    this.maxBytes = maxBytes;
    this.tasks = tasks;
  }

  /** Whether a request only checks, and therefore needs no token. */
  static boolean isCheck(Context request) {
    return request.method().equals(HandlerType.POST) && CHECKS.matcher(request.path()).matches();
  }

  /** Handles {@code GET /api/forms}: the forms in which examples may be written. */
  void forms(Context request) {
    Parameters.only(request);
    Json.respond(request, new Forms(Stream.of(Form.values()).map(Form::label).toList()));
  }

  /** Handles {@code POST /api/tasks/{id}/check}. */
  void task(Context request) throws IOException {
    Parameters.only(request);
    String id = Parameters.taskId(request);
    Guard.requireContentType(request, List.of(Json.TYPE));
    Guard.requireContentEncoding(request, List.of("identity"));
    Json.respond(request, check(id, Writes.text(request, maxBytes)));
  }

  private TaskCheck check(String id, String text) {
    TaskFile file;
    try {
      file = TaskFile.parse(text);
    } catch (IllegalArgumentException e) {
      return new TaskCheck(false, List.of(Problem.of(e.getMessage())), 0, 0, Optional.empty());
    }
    TargetTask task = file.toTargetTask(1);
    List<Problem> problems = new ArrayList<>();
    if (!file.task().equals(id)) {
      problems.add(
          new Problem(
              "task",
              "the body names task '%s' and the path task '%s': make them the same"
                  .formatted(file.task(), id)));
    }
    TargetTaskRules.problems(task).forEach(reason -> problems.add(Problem.of(reason)));
    return new TaskCheck(
        problems.isEmpty(),
        problems,
        task.getQueries().size(),
        task.getHeldOut().size(),
        problems.isEmpty() ? Optional.of(isChange(id, task)) : Optional.empty());
  }

  private boolean isChange(String id, TargetTask task) {
    try {
      return !TaskFile.parse(tasks.definition(id)).toTargetTask(1).equals(task);
    } catch (ApiException e) {
      if (e.status() == HttpStatus.NOT_FOUND) {
        return true;
      }
      throw e;
    }
  }

  /** Handles {@code POST /api/examples/check}: what is read of examples in any form. */
  void examples(Context request) throws IOException {
    FormOptions options = ReadingParameters.of(request);
    Guard.requireContentType(request, LINES);
    Guard.requireContentEncoding(request, List.of("identity"));
    byte[] body = Writes.text(request, maxBytes).getBytes(StandardCharsets.UTF_8);
    Read read = new Read();
    try (CandidateFile lines =
        CandidateFile.of(new ByteArrayInputStream(body), "the text", maxBytes, options)) {
      while (lines.hasNext()) {
        lines.next().match(read::valid, read::invalid);
      }
    } catch (IOException e) {
      throw ApiException.badRequest(e.getMessage());
    } catch (UncheckedIOException e) {
      throw ApiException.badRequest(e.getCause().getMessage());
    }
    read.respond(request);
  }

  /** What was read of a text. */
  private static final class Read {
    private final List<CandidateLine.Valid> examples = new ArrayList<>();
    private final List<Writes.LineError> errors = new ArrayList<>();
    private final Map<String, Integer> forms = new TreeMap<>();
    private int accepted;
    private int rejected;

    void valid(CandidateLine.Valid line) {
      Candidate candidate = line.candidate();
      List<String> problems =
          TargetTaskRules.queryProblems(
              List.of(new Query(candidate.getId(), candidate.getMessages(), candidate.getTools())));
      if (!problems.isEmpty()) {
        reject(line.place().line(), String.join("; ", problems));
        return;
      }
      accepted++;
      forms.merge(line.form().label(), 1, Integer::sum);
      if (examples.size() < MOST_EXAMPLES) {
        examples.add(line);
      }
    }

    void invalid(CandidateLine.Invalid line) {
      reject(line.place().line(), line.place().inReason(line.reason()));
    }

    private void reject(long line, String reason) {
      rejected++;
      if (errors.size() < MOST_ERRORS) {
        errors.add(new Writes.LineError(line, reason));
      }
    }

    void respond(Context request) throws IOException {
      request.contentType(Json.TYPE);
      try (Writer out = new OutputStreamWriter(request.outputStream(), StandardCharsets.UTF_8);
          JsonGenerator json = FACTORY.createGenerator(out)) {
        json.writeStartObject();
        json.writeNumberField("accepted", accepted);
        json.writeNumberField("rejected", rejected);
        json.writeFieldName("errors");
        json.writeRawValue(Json.text(errors));
        json.writeFieldName("forms");
        json.writeRawValue(Json.text(forms));
        json.writeArrayFieldStart("examples");
        for (CandidateLine.Valid line : examples) {
          write(line, json);
        }
        json.writeEndArray();
        json.writeNumberField("more", accepted - examples.size());
        json.writeEndObject();
      }
    }

    private static void write(CandidateLine.Valid line, JsonGenerator json) throws IOException {
      Candidate candidate = line.candidate();
      json.writeStartObject();
      json.writeNumberField("line", line.place().line());
      if (!candidate.getId().startsWith(HASHED)) {
        json.writeStringField("id", candidate.getId());
      }
      json.writeFieldName("messages");
      MessageJson.write(candidate.getMessages(), json);
      MessageJson.writeToolsAndMetadata(candidate.getTools(), Map.of(), json);
      json.writeEndObject();
    }
  }

  /** The names of forms. */
  record Forms(List<String> forms) {}

  /**
   * What would become of a task.
   *
   * @param valid whether it can be put
   * @param problems why not
   * @param queries number of its queries
   * @param heldOut number of its held-out examples
   * @param changes whether putting it would make a new revision; absent unless it is valid
   */
  record TaskCheck(
      boolean valid, List<Problem> problems, int queries, int heldOut, Optional<Boolean> changes) {}

  /**
   * A problem of a task.
   *
   * @param field the field of the task file; empty if it is not about one
   * @param reason what is wrong
   */
  record Problem(String field, String reason) {
    static Problem of(String reason) {
      String first = reason.split("[^a-z_]", 2)[0];
      String field =
          Stream.of(first, first + "s", first.replaceFirst("y$", "ies"))
              .filter(TaskFile.fields()::contains)
              .findFirst()
              .orElse("");
      return new Problem(field, reason);
    }
  }
}
