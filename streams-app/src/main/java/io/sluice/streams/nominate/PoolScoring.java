package io.sluice.streams.nominate;

import io.sluice.schemas.Duplicates;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.streams.deadletter.InvalidRecordException;
import io.sluice.streams.revision.ScoreRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Bytes;

/**
 * Scores the whole pool of one task from the records of all partitions of the representations
 * topic, outside the topology: each candidate is judged and scored as a shard does it, but what is
 * kept is the table of scores, without selections. The records of a partition must come in the
 * order of their offsets.
 *
 * <p>Memory: one float for each query and candidate, with room for half as many more while the
 * table grows, and about 200 bytes per candidate. Not thread-safe.
 */
public final class PoolScoring {
  /** Candidates that are scored together. */
  private static final int BLOCK = 32;

  private static final int FIRST_CAPACITY = 1024;

  private final ShardTask task;
  private final TargetTask definition;
  private final int dimension;
  private final float[] weights;
  private final RepresentationCodec codec;

  /** By candidate id: the candidates that are in the pool or left out of it. */
  private final Map<String, Judged> judged = new HashMap<>();

  /** By candidate id: eligible candidates that are yet to be scored. */
  private final Map<String, Waiting> block = new LinkedHashMap<>();

  /** Shape [queries][capacity]. */
  private final float[][] rows;

  private int columns;

  private record Waiting(Arrival arrival, Origin origin) {}

  /**
   * What is known of a candidate.
   *
   * @param reason why it is left out; empty when it is in the pool
   * @param identity see {@link StoredContent.Scored#identity}; empty unless contents count once
   * @param leak see {@link StoredContent.Scored#leak}
   * @param column where its scores are, if it is in the pool
   */
  private record Judged(
      long content,
      Optional<String> reason,
      String identity,
      boolean leak,
      int column,
      Origin origin) {
    Judged at(Origin later) {
      return new Judged(content, reason, identity, leak, column, later);
    }
  }

  /** Where the latest record of a candidate is. */
  private record Origin(int partition, long offset) {}

  /**
   * Starts with an empty pool.
   *
   * @param topic the representations topic
   * @param queries the representations of the task's queries
   * @throws IllegalArgumentException when some are missing, or they do not belong together
   */
  public PoolScoring(
      TargetTask definition,
      Iterable<QueryRepresentation> queries,
      String topic,
      AvroSerdes avro,
      RecordLimit limit) {
    List<QueryRepresentation> represented = new ArrayList<>();
    queries.forEach(represented::add);
    represented.sort(Comparator.comparingInt(QueryRepresentation::getQueryIndex));
    if (represented.size() < definition.getQueries().size()) {
      throw new IllegalArgumentException(
          "%d of the %d queries of task '%s' (revision %d) are represented: is a worker running for the representation id '%s'?"
              .formatted(
                  represented.size(),
                  definition.getQueries().size(),
                  definition.getTaskId(),
                  definition.getRevision(),
                  definition.getRepresentationId()));
    }
    if (!ShardTask.areComparable(represented)) {
      throw new IllegalArgumentException(
          "the queries of task '%s' have different fingerprints: give workers that compute vectors differently another representation id"
              .formatted(definition.getTaskId()));
    }
    this.definition = definition;
    this.task = new ShardTask(definition, represented, ShardProgress.BEGINNING, limit);
    this.dimension = represented.get(0).getDimension();
    this.weights = ScoreRow.unboxed(represented.get(0).getCheckpointWeights());
    this.codec = new RepresentationCodec(topic, avro);
    this.rows = new float[represented.size()][FIRST_CAPACITY];
  }

  /** Whether a query representation belongs to a revision of a task and keeps the contract. */
  public static boolean isOf(
      TargetTask task, QueryRepresentationKey key, QueryRepresentation query) {
    try {
      RecordChecks.query(key, query);
    } catch (InvalidRecordException e) {
      return false;
    }
    return query.getTaskId().equals(task.getTaskId())
        && query.getRevision() == task.getRevision()
        && query.getQueryIndex() < task.getQueries().size();
  }

  /** Takes the next record of a partition. One that shards refuse withdraws its candidate too. */
  public void accept(ConsumerRecord<byte[], byte[]> record) {
    if (record.key() == null) {
      return;
    }
    ShardInput input;
    try {
      input = codec.decode(Bytes.wrap(record.key()), record.value());
    } catch (InvalidRecordException e) {
      // Nobody knows of which candidate it is. Shards write it to dead-letters.
      return;
    }
    Origin origin = new Origin(record.partition(), record.offset());
    if (input instanceof ShardInput.CandidateRepresented represented) {
      if (represented.representation().getRepresentationId().equals(task.representationId())) {
        represent(new Arrival(represented.representation(), record.offset()), origin);
      }
    } else if (input instanceof ShardInput.CandidateRetracted retracted) {
      withdraw(retracted.key());
    } else if (input instanceof ShardInput.RepresentationRefused refused) {
      withdraw(refused.key());
    }
  }

  private void withdraw(RepresentationKey key) {
    if (key.getRepresentationId().equals(task.representationId())) {
      block.remove(key.getCandidateId());
      judged.remove(key.getCandidateId());
    }
  }

  private void represent(Arrival arrival, Origin origin) {
    String id = arrival.candidateId();
    if (block.containsKey(id)) {
      scoreBlock();
    }
    try {
      Optional<Judged> known = Optional.ofNullable(judged.remove(id));
      // A repeat must be usable too: compaction leaves it alone of all records of the candidate.
      task.needs().require(arrival);
      Optional<String> reason = task.reasonAgainst(arrival.facts());
      if (known.filter(each -> isRepeat(each, arrival, reason)).isPresent()) {
        judged.put(id, known.get().at(origin));
        return;
      }
      if (reason.isPresent()) {
        judged.put(id, new Judged(arrival.content(), reason, "", false, -1, origin));
      } else {
        block.put(id, new Waiting(arrival, origin));
      }
    } catch (InvalidRecordException e) {
      // The task cannot use it, and holds no content of the candidate any more.
      return;
    }
    if (block.size() >= BLOCK) {
      scoreBlock();
    }
  }

  private static boolean isRepeat(Judged known, Arrival arrival, Optional<String> reason) {
    return known.content == arrival.content() && known.reason.equals(reason);
  }

  private void scoreBlock() {
    List<Waiting> waiting = List.copyOf(block.values());
    block.clear();
    List<float[]> scores =
        task.score(waiting.stream().map(each -> each.arrival.vectors()).toList());
    for (int i = 0; i < scores.size(); i++) {
      Arrival arrival = waiting.get(i).arrival;
      StoredContent.Scored row = task.stored(arrival, scores.get(i));
      put(row.scores());
      judged.put(
          arrival.candidateId(),
          new Judged(
              arrival.content(),
              Optional.empty(),
              row.identity(),
              row.leak(),
              columns - 1,
              waiting.get(i).origin));
    }
  }

  private void put(float[] scores) {
    for (int query = 0; query < rows.length; query++) {
      if (columns == rows[query].length) {
        rows[query] = Arrays.copyOf(rows[query], Math.addExact(columns, columns / 2));
      }
      rows[query][columns] = scores[query];
    }
    columns++;
  }

  /**
   * What is known of a candidate now.
   *
   * @return empty when it has no record that the task can use
   */
  public Optional<JudgedCandidate> judged(String candidateId) {
    scoreBlock();
    return Optional.ofNullable(judged.get(candidateId))
        .map(
            each -> {
              float[] scores = new float[each.reason.isEmpty() ? rows.length : 0];
              for (int query = 0; query < scores.length; query++) {
                scores[query] = rows[query][each.column];
              }
              return new JudgedCandidate(
                  each.reason, scores, each.identity, each.leak, each.origin.offset);
            });
  }

  /**
   * Why the task cannot use a record of the topic; empty when it can, or when the record retracts a
   * candidate.
   */
  public Optional<String> reasonAgainst(ConsumerRecord<byte[], byte[]> record) {
    try {
      ShardInput input = codec.decode(Bytes.wrap(record.key()), record.value());
      if (input instanceof ShardInput.RepresentationRefused refused) {
        return Optional.of(refused.reason());
      } else if (input instanceof ShardInput.CandidateRepresented represented) {
        task.needs().require(new Arrival(represented.representation(), record.offset()));
      }
      return Optional.empty();
    } catch (InvalidRecordException e) {
      return Optional.of(e.getMessage());
    }
  }

  /** The fingerprint that vectors must have to be compared with the task's queries. */
  public String fingerprint() {
    return task.fingerprint();
  }

  /**
   * Completes the table. Nothing can be added afterwards.
   *
   * @return the pool, in the order in which equal candidates are selected: by id, or by content if
   *     contents count once
   */
  public ScoredPool complete() {
    scoreBlock();
    Map<String, String> lowestIds = new HashMap<>();
    judged.forEach(
        (id, each) -> {
          if (each.reason.isEmpty()) {
            lowestIds.merge(
                isOnceEach() ? each.identity : id, id, (a, b) -> a.compareTo(b) < 0 ? a : b);
          }
        });
    List<String> ids =
        lowestIds.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(Map.Entry::getValue)
            .toList();
    List<Judged> members = ids.stream().map(judged::get).toList();
    for (int query = 0; query < rows.length; query++) {
      float[] sorted = new float[members.size()];
      for (int i = 0; i < sorted.length; i++) {
        sorted[i] = rows[query][members.get(i).column];
      }
      rows[query] = sorted;
    }
    List<ScoredPool.Member> sorted = new ArrayList<>(ids.size());
    for (int i = 0; i < ids.size(); i++) {
      Judged member = members.get(i);
      sorted.add(
          new ScoredPool.Member(
              ids.get(i), member.origin.partition, member.origin.offset, member.identity));
    }
    return new ScoredPool(definition, rows, sorted, dimension, weights);
  }

  private boolean isOnceEach() {
    return definition.getRules().getDuplicates() == Duplicates.ONE;
  }
}
