package io.sluice.streams.api;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.file.CandidateFile;
import io.sluice.schemas.file.CandidateLine;
import io.sluice.schemas.file.TaskFile;
import io.sluice.schemas.validation.CandidateRules;
import io.sluice.streams.client.CandidateIngest;
import io.sluice.streams.client.TargetTasks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;

/** Puts tasks and candidates into Kafka, as the command line does. */
final class Writes implements AutoCloseable {
  private static final int ERRORS_TOLD = 100;
  private static final List<String> LINES =
      List.of("application/x-ndjson", "application/jsonl", "application/json", "application/gzip");

  private final KafkaAccess kafka;
  private final int maxBytes;
  private final ApiMetrics metrics;
  private final Producer<String, Candidate> candidates;
  private final ReentrantLock taskChanges = new ReentrantLock();

  /**
   * Writes to a Kafka.
   *
   * @param maxBytes the longest candidate line and the largest task
   */
  Writes(KafkaAccess kafka, int maxBytes, ApiMetrics metrics) {
    this.kafka = kafka;
    this.maxBytes = maxBytes;
    this.metrics = metrics;
    this.candidates = kafka.producer(kafka.serdes().value());
  }

  /** Puts a task, or a new revision of it. */
  void putTask(Context request) throws IOException {
    String id = request.pathParam("id");
    Reads.requireTaskId(id);
    Guard.requireContentType(request, List.of(Json.TYPE));
    TargetTask proposal = proposal(id, text(request));
    // Two who put the same task through this instance at once get two revisions, not the same.
    taskChanges.lock();
    try {
      TargetTasks.Put put = new TargetTasks(kafka).put(proposal);
      Json.answer(
          request, new TaskPut(put.task().getTaskId(), put.task().getRevision(), put.changed()));
    } catch (IllegalArgumentException e) {
      throw ApiException.badRequest(e.getMessage());
    } finally {
      taskChanges.unlock();
    }
  }

  /** Removes a task. */
  void removeTask(Context request) {
    String id = request.pathParam("id");
    Reads.requireTaskId(id);
    taskChanges.lock();
    try {
      if (!new TargetTasks(kafka).remove(id)) {
        throw ApiException.notFound("there is no task '" + id + "'");
      }
    } finally {
      taskChanges.unlock();
    }
    Json.answer(request, new TaskRemoved(id, true));
  }

  /** Takes candidates, a line each. */
  void postCandidates(Context request) {
    Guard.requireContentType(request, LINES);
    Answered answered = new Answered();
    try (CandidateFile lines = CandidateFile.of(request.bodyInputStream(), "the body", maxBytes)) {
      // Sending waits while too much is unacknowledged, and so reading the body does too.
      CandidateIngest.Report report =
          new CandidateIngest(candidates, kafka.topics().candidates(), answered)
              .run(lines, Long.MAX_VALUE);
      if (report.sent() == 0) {
        request.status(HttpStatus.BAD_REQUEST);
      }
      Json.answer(request, answered.result(report.sent()));
    } catch (IOException | UncheckedIOException e) {
      throw ApiException.badRequest(
          "the body ends too early: send it again, what is there already does no harm");
    }
  }

  /** Retracts a candidate. */
  void retractCandidate(Context request) {
    String id = request.pathParam("id");
    List<String> problems = CandidateRules.idProblems(id);
    if (!problems.isEmpty()) {
      throw ApiException.badRequest(String.join("; ", problems));
    }
    try {
      candidates.send(new ProducerRecord<>(kafka.topics().candidates(), id, null)).get();
    } catch (ExecutionException e) {
      throw new KafkaException("the retraction was not written: " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
    Json.answer(request, new Retracted(id, true));
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
          "the body is task '%s' and the path task '%s': make them the same"
              .formatted(task.task(), id));
    }
    return task.toTargetTask(1);
  }

  private String text(Context request) throws IOException {
    byte[] body = request.bodyInputStream().readNBytes(maxBytes + 1);
    if (body.length > maxBytes) {
      throw tooLarge("longer than " + maxBytes + " bytes");
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException e) {
      throw ApiException.badRequest("not UTF-8 text: send the task as UTF-8");
    }
  }

  /** The answer to a failure of Kafka. */
  static ApiException failed(KafkaException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof RecordTooLargeException) {
        return tooLarge("larger than Kafka accepts: " + cause.getMessage());
      }
    }
    return ApiException.unavailable(
        "Kafka does not take it (%s): see that it is well, then send all of it again; what is there already does no harm"
            .formatted(failure.getMessage()));
  }

  private static ApiException tooLarge(String reason) {
    return new ApiException(HttpStatus.CONTENT_TOO_LARGE, reason);
  }

  /** What became of the lines of one request. */
  private final class Answered implements CandidateIngest.Listener {
    private final List<CandidateLine.Invalid> errors = new ArrayList<>();
    private long rejected;

    @Override
    public void sent(long count) {}

    @Override
    public void invalid(CandidateLine.Invalid line) {
      rejected++;
      if (errors.size() < ERRORS_TOLD) {
        errors.add(line);
      }
    }

    CandidatesTaken result(long accepted) {
      metrics.candidates(accepted, rejected);
      return new CandidatesTaken(accepted, rejected, List.copyOf(errors));
    }
  }

  /**
   * A task was put.
   *
   * @param task its id
   * @param revision its revision now
   * @param changed whether that is a new one
   */
  record TaskPut(String task, int revision, boolean changed) {}

  /** A task was removed. */
  record TaskRemoved(String task, boolean removed) {}

  /** A candidate was retracted, whether or not it was there. */
  record Retracted(String candidate, boolean retracted) {}

  /**
   * Candidates were taken.
   *
   * @param accepted lines whose candidates are in Kafka
   * @param rejected lines that cannot be used
   * @param errors the first of those, with number and reason
   */
  record CandidatesTaken(long accepted, long rejected, List<CandidateLine.Invalid> errors) {}
}
