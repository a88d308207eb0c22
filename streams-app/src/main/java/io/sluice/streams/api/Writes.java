package io.sluice.streams.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.connection.OpenClient;
import io.sluice.schemas.file.CandidateFile;
import io.sluice.schemas.file.CandidateLine;
import io.sluice.schemas.file.TaskFile;
import io.sluice.schemas.validation.ChatOnly;
import io.sluice.streams.client.CandidateIngest;
import io.sluice.streams.client.TargetTasks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;

/**
 * Handles the requests that change tasks and candidates. They write to Kafka through the same
 * classes as the command line.
 */
final class Writes implements AutoCloseable {
  private static final int MAX_REPORTED_ERRORS = 100;
  private static final List<String> LINE_TYPES =
      List.of(
          "application/x-ndjson",
          "application/jsonl",
          "application/json",
          "application/gzip",
          "application/zstd",
          "application/vnd.apache.parquet");

  private final KafkaAccess kafka;
  private final int maxBytes;
  private final ApiMetrics metrics;
  private final OpenClient<Producer<String, Candidate>> candidates;
  private final ReentrantLock taskChanges = new ReentrantLock();

  /**
   * Opens a producer for candidates.
   *
   * @param maxBytes the limit of a candidate line and of a task, in bytes
   */
  Writes(KafkaAccess kafka, int maxBytes, ApiMetrics metrics) {
    this.kafka = kafka;
    this.maxBytes = maxBytes;
    this.metrics = metrics;
    this.candidates = OpenClient.of(kafka.producer(kafka.serdes().value()));
  }

  /** Handles {@code PUT /api/tasks/{id}}: puts a task, or a new revision of it. */
  void putTask(Context request) throws IOException {
    String id = request.pathParam("id");
    Parameters.requireTaskId(id);
    Guard.requireContentType(request, List.of(Json.TYPE));
    Guard.requireContentEncoding(request, List.of("identity"));
    TargetTask proposal = proposal(id, text(request, maxBytes));
    // Clients that put the same task at the same moment write some of their records in vain: at
    // least those of one instance take turns.
    taskChanges.lock();
    try {
      TargetTasks.Put put = new TargetTasks(kafka).put(proposal);
      Json.respond(
          request, new TaskPut(put.task().getTaskId(), put.task().getRevision(), put.changed()));
    } catch (IllegalArgumentException e) {
      throw ApiException.badRequest(e.getMessage());
    } finally {
      taskChanges.unlock();
    }
  }

  /** Handles {@code DELETE /api/tasks/{id}}. */
  void removeTask(Context request) {
    String id = request.pathParam("id");
    Parameters.requireTaskId(id);
    taskChanges.lock();
    try {
      if (!new TargetTasks(kafka).remove(id)) {
        throw ApiException.notFound("there is no task '" + id + "'");
      }
    } finally {
      taskChanges.unlock();
    }
    Json.respond(request, new TaskRemoved(id, true));
  }

  /**
   * Handles {@code POST /api/candidates}: sends the candidates of the body, JSON lines, one JSON
   * array or Parquet, to Kafka.
   */
  void postCandidates(Context request) {
    Guard.requireContentType(request, LINE_TYPES);
    Guard.requireContentEncoding(request, List.of("gzip", "x-gzip", "zstd", "identity"));
    LineResults results = new LineResults();
    try (CandidateFile lines =
        CandidateFile.of(
            request.bodyInputStream(), "the body", maxBytes, ReadingParameters.of(request))) {
      // Sending blocks while too much is unacknowledged, so the body is read only as fast as Kafka
      // accepts the candidates.
      CandidateIngest.Report report =
          new CandidateIngest(candidates.client(), kafka.topics().candidates(), results)
              .run(results.counting(lines), Long.MAX_VALUE);
      CandidatesTaken taken = results.result(report.sent(), lines.missingColumns());
      if (report.readFailure().isPresent()) {
        throw ApiException.badRequest(
            "%s; %d candidates before that were accepted, %d lines were rejected: mend the body and send all of it again; sending a candidate twice does no harm"
                .formatted(
                    report.readFailure().get().getMessage(), taken.accepted(), taken.rejected()));
      }
      if (report.sent() == 0) {
        request.status(HttpStatus.BAD_REQUEST);
      }
      Json.respond(request, taken);
    } catch (IOException e) {
      throw ApiException.badRequest(e.getMessage() + "; no candidate was accepted");
    }
  }

  /** Handles {@code DELETE /api/candidates/{id}}. */
  void retractCandidate(Context request) {
    String id = request.pathParam("id");
    Parameters.requireCandidateId(id);
    Json.respond(request, retract(id));
  }

  /** Handles {@code DELETE /api/candidate?id=ID}, which takes any id. */
  void retractAnyCandidate(Context request) {
    Parameters.only(request, "id");
    Json.respond(request, retract(Parameters.anyCandidate(request)));
  }

  private Retracted retract(String id) {
    try {
      candidates.client().send(new ProducerRecord<>(kafka.topics().candidates(), id, null)).get();
    } catch (ExecutionException e) {
      throw new KafkaException("the retraction was not written: " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
    return new Retracted(id, true);
  }

  @Override
  public void close() {
    candidates.close();
  }

  private static TargetTask proposal(String id, String text) {
    TaskFile task;
    try {
      task = TaskFile.parse(text);
    } catch (IllegalArgumentException e) {
      throw ApiException.badRequest(e.getMessage());
    }
    if (!task.task().equals(id)) {
      throw ApiException.badRequest(
          "the body names task '%s' and the path task '%s': make them the same"
              .formatted(task.task(), id));
    }
    return task.toTargetTask(1);
  }

  /**
   * The body of a request as text.
   *
   * @throws ApiException when it is too long or not UTF-8
   */
  static String text(Context request, int maxBytes) throws IOException {
    byte[] body = request.bodyInputStream().readNBytes(maxBytes + 1);
    if (body.length > maxBytes) {
      throw tooLarge("the body is longer than " + maxBytes + " bytes (http.max.line.bytes)");
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException e) {
      throw ApiException.badRequest("not UTF-8 text: send it as UTF-8");
    }
  }

  /** The error of a request whose write failed: 413 when a record is too large, else 503. */
  static ApiException toApiException(KafkaException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof RecordTooLargeException) {
        return tooLarge("larger than Kafka accepts: " + cause.getMessage());
      }
    }
    return ApiException.unavailable(
        "Kafka did not accept the write (%s): check that Kafka is healthy, then send the whole request again; sending something twice does no harm"
            .formatted(failure.getMessage()));
  }

  private static ApiException tooLarge(String reason) {
    return new ApiException(HttpStatus.CONTENT_TOO_LARGE, reason);
  }

  /** Collects the results of the lines of one request. */
  private final class LineResults implements CandidateIngest.Listener {
    private final List<LineError> errors = new ArrayList<>();
    private long rejected;
    private long chatOnly;

    /** Counts what the lines of the body have in common while they are read. */
    Iterator<CandidateLine> counting(CandidateFile lines) {
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return lines.hasNext();
        }

        @Override
        public CandidateLine next() {
          CandidateLine line = lines.next();
          line.match(
              valid -> chatOnly += ChatOnly.isNeededFor(valid.candidate()) ? 1 : 0, invalid -> {});
          return line;
        }
      };
    }

    @Override
    public void sent(long count) {}

    @Override
    public void invalid(CandidateLine.Invalid line) {
      rejected++;
      if (errors.size() < MAX_REPORTED_ERRORS) {
        errors.add(new LineError(line.place().line(), line.place().inReason(line.reason())));
      }
    }

    CandidatesTaken result(long accepted, List<String> missingColumns) {
      metrics.countCandidates(accepted, rejected);
      return new CandidatesTaken(
          accepted,
          rejected,
          List.copyOf(errors),
          Optional.of(chatOnly).filter(count -> count > 0),
          Optional.of(missingColumns).filter(columns -> !columns.isEmpty()));
    }
  }

  /**
   * The response to a put task.
   *
   * @param task id of the task
   * @param revision its current revision
   * @param changed whether the request created that revision
   */
  record TaskPut(String task, int revision, boolean changed) {}

  /** The response to the removal of a task. */
  record TaskRemoved(String task, boolean removed) {}

  /** The response to a retraction; the same whether or not there was such a candidate. */
  record Retracted(String candidate, boolean retracted) {}

  /**
   * The response to candidates.
   *
   * @param accepted number of lines whose candidates are in Kafka
   * @param rejected number of lines that cannot be used
   * @param errors the first 100 of the rejected lines, with number and reason
   * @param chatOnly how many of the lines that are usable only a worker with the text form chat can
   *     represent; absent when there are none
   * @param missingColumns columns that the request maps and no line has, each with its field, such
   *     as output=response; absent when there are none
   */
  record CandidatesTaken(
      long accepted,
      long rejected,
      List<LineError> errors,
      @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Long> chatOnly,
      @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<List<String>> missingColumns) {}

  /** A line that was rejected. */
  record LineError(long line, String reason) {}
}
