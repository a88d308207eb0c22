package io.sluice.streams.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.streams.audit.Chosen;
import io.sluice.streams.audit.Evidence;
import io.sluice.streams.client.CandidateEvidence;
import io.sluice.streams.nominate.JudgedCandidate;
import io.sluice.streams.nominate.ShardRows;
import io.sluice.streams.select.SelectionQueries;
import io.sluice.streams.select.SelectionQueries.Instance;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Finds out what has become of a candidate for a task: in the state of its shard, on whichever
 * instance that is, and in the topics if the shard has nothing of it. Thread-safe.
 */
final class CandidateLookup {
  private static final int READINGS = 2;
  private static final Duration READ_WITHIN = Duration.ofSeconds(20);
  private static final Duration WAIT_WITHIN = Duration.ofSeconds(5);
  private static final String ADVICE =
      "the candidate is in no shard, and the topics are too long to be read within "
          + READ_WITHIN.toSeconds()
          + " s: use 'deploy/sluice explain', which takes its time";

  /** Limits how many requests read topics at the same time. */
  private final Semaphore readings = new Semaphore(READINGS);

  private final KafkaAccess kafka;
  private final SelectionQueries queries;
  private final ShardRows shards;
  private final Peers peers;

  CandidateLookup(KafkaAccess kafka, SelectionQueries queries, ShardRows shards, Peers peers) {
    this.kafka = kafka;
    this.queries = queries;
    this.shards = shards;
    this.peers = peers;
  }

  /**
   * Finds out about a candidate.
   *
   * @param task the task, in the revision of its subset
   * @param subset the subset of the task's largest budget
   * @throws ApiException when the topics have to be read and that takes too long
   */
  Evidence find(TargetTask task, List<Chosen> subset, String candidateId) {
    Optional<JudgedCandidate> row = judged(task.getTaskId(), task.getRevision(), candidateId);
    if (row.isPresent()) {
      Optional<Chosen> selected = selected(subset, candidateId, row.get());
      if (selected.isPresent()
          || row.get().reason().isPresent()
          || !CandidateEvidence.isWholePoolNeeded(task)) {
        return new CandidateEvidence(kafka, BoundedReading.within(READ_WITHIN, ADVICE))
            .complete(
                task,
                candidateId,
                row.get(),
                selected.map(chosen -> chosen.slot().neighbourOf()).orElse(0));
      }
    }
    return inTopics(task, candidateId);
  }

  /** How a revision of a task judges a candidate; empty when no shard of any instance says. */
  Optional<JudgedCandidate> judged(String taskId, int revision, String candidateId) {
    return shards
        .find(taskId, revision, candidateId)
        .or(() -> atOthers(taskId, revision, candidateId));
  }

  /** The selected candidate with the same content, if contents count once, or with the same id. */
  private static Optional<Chosen> selected(
      List<Chosen> subset, String candidateId, JudgedCandidate row) {
    return subset.stream()
        .filter(
            each ->
                row.content().isEmpty()
                    ? each.slot().id().equals(candidateId)
                    : each.content().equals(row.content()))
        .findFirst();
  }

  private Evidence inTopics(TargetTask task, String candidateId) {
    try {
      if (!readings.tryAcquire(WAIT_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
        throw ApiException.unavailable(
            "too many candidates are being sought in the topics at the same time: try again");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ApiException.unavailable("this instance is shutting down: use another one");
    }
    try {
      return new CandidateEvidence(kafka, BoundedReading.within(READ_WITHIN, ADVICE))
          .find(task, candidateId);
    } catch (IllegalArgumentException e) {
      throw ApiException.unavailable(e.getMessage());
    } finally {
      readings.release();
    }
  }

  /** Asks the other instances, one after the other. */
  private Optional<JudgedCandidate> atOthers(String taskId, int revision, String candidateId) {
    String path =
        "/api/tasks/%s/rows?revision=%d&candidate=%s"
            .formatted(taskId, revision, Parameters.encoded(candidateId));
    for (Instance other : queries.allOthers()) {
      HttpResponse<String> response = peers.get(other, path);
      if (response.statusCode() != 200) {
        throw ApiException.unavailable(
            "the instance at %s cannot respond at the moment: %s"
                .formatted(other, response.body()));
      }
      JsonNode row = Json.parse(response.body()).path("row");
      if (row.isObject()) {
        return Optional.of(judged(row));
      }
    }
    return Optional.empty();
  }

  private static JudgedCandidate judged(JsonNode row) {
    JsonNode values = row.path("scores");
    float[] scores = new float[values.size()];
    for (int query = 0; query < scores.length; query++) {
      scores[query] = values.get(query).floatValue();
    }
    return new JudgedCandidate(
        Optional.of(row.path("reason").asText("")).filter(reason -> !reason.isEmpty()),
        scores,
        row.path("content").asText(),
        row.path("leak").asBoolean(),
        row.path("offset").asLong());
  }

  /** Handles {@code GET /api/tasks/{id}/rows}: what the shards of this instance have. */
  void row(Context request) {
    String task = Parameters.taskId(request);
    Json.respond(
        request,
        new Row(shards.find(task, Parameters.revision(request), Parameters.candidateId(request))));
  }

  /**
   * What the shards of an instance have of a candidate.
   *
   * @param row empty when they have nothing
   */
  record Row(Optional<JudgedCandidate> row) {}
}
