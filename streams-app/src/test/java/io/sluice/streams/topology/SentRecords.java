package io.sluice.streams.topology;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.Leaks;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.arm.Companions;
import io.sluice.schemas.arm.FurtherArm;
import io.sluice.schemas.encoding.FeatureCodec;
import io.sluice.schemas.hash.Sha256;
import io.sluice.streams.Examples;
import io.sluice.streams.revision.TaskKey;
import io.sluice.streams.similarity.QueryMatrix;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Everything that was sent to the two stages, and the expected state, derived independently. */
final class SentRecords {
  private final Map<RepresentationKey, Representation> live = new TreeMap<>();

  /** By shard: the records of its partition, by offset. */
  private final Map<Integer, List<Sent>> partitions = new HashMap<>();

  private final Map<String, TargetTask> newest = new HashMap<>();
  private final Map<String, Integer> firstOfLife = new HashMap<>();
  private final Map<String, Integer> lastRevision = new HashMap<>();
  private final Map<TaskKey, TargetTask> defined = new HashMap<>();
  private final Map<TaskKey, Map<Integer, QueryRepresentation>> represented = new HashMap<>();

  private record Sent(RepresentationKey key, Optional<Representation> usable) {}

  /**
   * Records what was sent to a shard.
   *
   * @param usable empty when the record retracts a candidate, or replaces it without being usable
   */
  void append(int shard, RepresentationKey key, Optional<Representation> usable) {
    partitions.computeIfAbsent(shard, number -> new ArrayList<>()).add(new Sent(key, usable));
    usable.ifPresentOrElse(representation -> live.put(key, representation), () -> live.remove(key));
  }

  /**
   * The same tasks and queries, with the representations before an offset of each partition only.
   */
  SentRecords before(List<Long> offsets) {
    SentRecords then = new SentRecords();
    then.defined.putAll(defined);
    then.represented.putAll(represented);
    for (int shard = 0; shard < offsets.size(); shard++) {
      List<Sent> records = partitions.getOrDefault(shard, List.of());
      for (Sent record : records.subList(0, (int) (long) offsets.get(shard))) {
        then.append(shard, record.key, record.usable);
      }
    }
    return then;
  }

  void putTask(TargetTask task) {
    String taskId = task.getTaskId();
    lastRevision.put(taskId, task.getRevision());
    firstOfLife.putIfAbsent(taskId, task.getRevision());
    newest.put(taskId, task);
    defined.put(TaskKey.prefix(taskId, task.getRevision()), task);
  }

  void removeTask(String taskId) {
    newest.remove(taskId);
    firstOfLife.remove(taskId);
  }

  /**
   * Represents a query of the newest revision as a worker does; empty if it already is, does not
   * exist, or the task does not use this representation.
   *
   * @param representationId the representation; empty for the task's own
   */
  Optional<QueryRepresentation> representQuery(
      String taskId, String representationId, int index, float[] vector) {
    Optional<TargetTask> newestRevision =
        Optional.ofNullable(newest.get(taskId))
            .filter(task -> index < task.getQueries().size())
            .flatMap(
                task ->
                    representationId.isEmpty()
                        ? Optional.of(task)
                        : Companions.of(task).stream()
                            .filter(each -> each.getRepresentationId().equals(representationId))
                            .findFirst());
    if (newestRevision.isEmpty()) {
      return Optional.empty();
    }
    TargetTask task = newestRevision.get();
    Map<Integer, QueryRepresentation> known =
        represented.computeIfAbsent(
            TaskKey.prefix(task.getTaskId(), task.getRevision()), key -> new TreeMap<>());
    QueryRepresentation query = Examples.query(task, index, vector);
    return known.putIfAbsent(index, query) == null ? Optional.of(query) : Optional.empty();
  }

  int nextRevision(String taskId) {
    return lastRevision.getOrDefault(taskId, 0) + 1;
  }

  /** Ids of all tasks that were ever defined. */
  Set<String> everDefined() {
    return lastRevision.keySet();
  }

  Map<String, TargetTask> newest() {
    return newest;
  }

  /** The newest revisions whose queries are all represented. */
  Collection<TargetTask> complete() {
    return newest.values().stream().filter(this::isRepresented).toList();
  }

  TargetTask revision(String taskId, int revision) {
    return defined.get(TaskKey.prefix(taskId, revision));
  }

  /** Whether the task still exists and has not been removed since it had this revision. */
  boolean livesSince(String taskId, int revision) {
    return revision >= firstOfLife.getOrDefault(taskId, Integer.MAX_VALUE);
  }

  boolean isFirstOfLife(TargetTask task) {
    return task.getRevision() == firstOfLife.get(task.getTaskId());
  }

  /** Whether the queries of all companions of a task are represented. */
  boolean areCompanionsRepresented(TargetTask task) {
    return Companions.of(task).stream().allMatch(this::isRepresented);
  }

  /** The task, or its companion, whose pool an arm is selected from. */
  TargetTask poolOf(TargetTask task, FurtherArm arm) {
    return Companions.represented(task, arm.representationId()).orElseThrow();
  }

  /** Whether all queries of a task, or of a companion, are represented. */
  boolean isRepresented(TargetTask task) {
    return represented
            .getOrDefault(TaskKey.prefix(task.getTaskId(), task.getRevision()), Map.of())
            .size()
        == task.getQueries().size();
  }

  /**
   * Whether all later revisions of a task use the same representation. Jobs of a revision do not
   * learn of retractions once the task uses another representation.
   */
  boolean keptItsRepresentation(TargetTask task) {
    return defined.values().stream()
        .filter(other -> other.getTaskId().equals(task.getTaskId()))
        .filter(other -> other.getRevision() > task.getRevision())
        .allMatch(other -> other.getRepresentationId().equals(task.getRepresentationId()));
  }

  /**
   * The current content of a candidate; empty when it was retracted or replaced by an unusable
   * record.
   */
  Optional<Candidate> candidate(TargetTask task, String candidateId) {
    return Optional.ofNullable(
            live.get(new RepresentationKey(task.getRepresentationId(), candidateId)))
        .map(Representation::getCandidate);
  }

  /** The candidates that are not retracted and that the rules of a task leave out, by reason. */
  Map<String, Long> leftOut(TargetTask task) {
    return live.values().stream()
        .filter(each -> each.getRepresentationId().equals(task.getRepresentationId()))
        .flatMap(each -> PlainRules.reason(task, each).stream())
        .collect(Collectors.groupingBy(reason -> reason, Collectors.counting()));
  }

  /** The learnt tokens of a candidate. */
  int learntTokens(TargetTask task, String candidateId) {
    return live.get(new RepresentationKey(task.getRepresentationId(), candidateId))
        .getLearntTokens();
  }

  /** Whether a candidate is to be reported as sharing text with a task. */
  boolean isReportedLeak(TargetTask task, String candidateId) {
    return task.getRules().getLeaks() == Leaks.REPORT
        && PlainRules.isLeak(
            live.get(new RepresentationKey(task.getRepresentationId(), candidateId)));
  }

  /** The scores of all eligible candidates that are not retracted, by id. */
  Map<String, float[]> rows(TargetTask task) {
    List<QueryRepresentation> queries =
        List.copyOf(represented.get(TaskKey.prefix(task.getTaskId(), task.getRevision())).values());
    QueryMatrix matrix = matrix(queries);
    Map<String, float[]> rows = new TreeMap<>();
    live.forEach(
        (key, representation) -> {
          if (key.getRepresentationId().equals(task.getRepresentationId())
              && PlainRules.reason(task, representation).isEmpty()) {
            rows.put(
                key.getCandidateId(),
                matrix.score(
                    features(representation.getFeatures(), representation.getDimension())));
          }
        });
    return rows;
  }

  /** The identity of the content of each eligible candidate, by id. */
  Map<String, String> contents(TargetTask task) {
    Map<String, String> contents = new TreeMap<>();
    rows(task)
        .forEach(
            (id, row) -> {
              ByteBuffer hash =
                  live.get(new RepresentationKey(task.getRepresentationId(), id)).getTokensHash();
              ByteBuffer all = ByteBuffer.allocate(hash.remaining() + 4 * row.length);
              all.put(hash.duplicate());
              for (float score : row) {
                all.putFloat(score);
              }
              contents.put(id, new Sha256().add(all.array()).hex().substring(0, 32));
            });
    return contents;
  }

  private static QueryMatrix matrix(List<QueryRepresentation> queries) {
    float[][][] vectors = new float[queries.size()][][];
    for (int q = 0; q < vectors.length; q++) {
      vectors[q] = features(queries.get(q).getFeatures(), queries.get(q).getDimension());
    }
    return new QueryMatrix(vectors, new float[] {1});
  }

  /** Decodes the vector of the only checkpoint that {@link Examples} have. */
  private static float[][] features(ByteBuffer features, int dimension) {
    float[][] vectors = new float[1][dimension];
    FeatureCodec.decodeRow(FeatureEncoding.FLOAT32, features, 0, vectors[0]);
    return vectors;
  }
}
