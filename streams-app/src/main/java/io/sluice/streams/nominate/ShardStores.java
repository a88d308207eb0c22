package io.sluice.streams.nominate;

import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.arm.Companions;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.streams.revision.TaskKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** The state stores of one shard. Not thread-safe; owned by the shard's processor. */
final class ShardStores {
  private static final String TASKS = "shard-tasks";
  private static final String PROGRESS = "shard-progress";
  private static final String QUERIES = "shard-queries";

  /** TaskKey of a candidate to StoredContent; {@link ShardRows} reads it too. */
  static final String SCORE_ROWS = "score-rows";

  private static final String DROPPED = "shard-dropped";

  /**
   * Encoded key of a representation to the offset of the latest record that retracted it, or that a
   * task could not use.
   */
  private static final String SUPERSEDED = "shard-superseded";

  private final KeyValueStore<TaskKey, TargetTask> tasks;
  private final KeyValueStore<TaskKey, ShardProgress> progress;
  private final KeyValueStore<TaskKey, QueryRepresentation> queries;
  private final KeyValueStore<TaskKey, StoredContent> scoreRows;
  private final KeyValueStore<TaskKey, byte[]> dropped;
  private final KeyValueStore<Bytes, Long> superseded;

  ShardStores(ProcessorContext<?, ?> context) {
    tasks = context.getStateStore(TASKS);
    progress = context.getStateStore(PROGRESS);
    queries = context.getStateStore(QUERIES);
    scoreRows = context.getStateStore(SCORE_ROWS);
    dropped = context.getStateStore(DROPPED);
    superseded = context.getStateStore(SUPERSEDED);
  }

  /**
   * The builders of the stores that the processor owns.
   *
   * @param kind creates the supplier of a store of the given name
   */
  static Set<StoreBuilder<?>> builders(
      AvroSerdes avro, Function<String, KeyValueBytesStoreSupplier> kind) {
    return Set.of(
        Stores.keyValueStoreBuilder(kind.apply(TASKS), TaskKey.serde(), avro.<TargetTask>value()),
        Stores.keyValueStoreBuilder(kind.apply(PROGRESS), TaskKey.serde(), ShardProgress.serde()),
        Stores.keyValueStoreBuilder(
            kind.apply(QUERIES), TaskKey.serde(), avro.<QueryRepresentation>value()),
        Stores.keyValueStoreBuilder(kind.apply(SCORE_ROWS), TaskKey.serde(), StoredContent.serde()),
        Stores.keyValueStoreBuilder(kind.apply(DROPPED), TaskKey.serde(), Serdes.ByteArray()),
        Stores.keyValueStoreBuilder(kind.apply(SUPERSEDED), Serdes.Bytes(), Serdes.Long()));
  }

  /** All known revisions of all tasks. */
  List<TargetTask> tasks() {
    return values(tasks.all());
  }

  /** All known revisions of a task, or of a companion. */
  List<TargetTask> revisions(String taskId) {
    return values(tasks.prefixScan(taskId, TaskKey.ofTask()));
  }

  /** All known revisions of all companions of a task. */
  List<TargetTask> companions(String taskId) {
    return values(tasks.prefixScan(Companions.prefix(taskId), new StringSerializer()));
  }

  void putTask(TargetTask task) {
    tasks.put(revision(task), task);
  }

  /**
   * Deletes a revision, but not its score rows. These are many, so {@link #deleteRows} deletes them
   * in steps.
   */
  void dropTask(TargetTask task) {
    TaskKey revision = revision(task);
    tasks.delete(revision);
    progress.delete(revision);
    for (int q = 0; q < task.getQueries().size(); q++) {
      queries.delete(queryKey(task.getTaskId(), task.getRevision(), q));
    }
    dropped.put(revision, new byte[0]);
  }

  /** The revisions whose score rows are still to be deleted. */
  List<TaskKey> dropped() {
    List<TaskKey> revisions = new ArrayList<>();
    try (KeyValueIterator<TaskKey, byte[]> iterator = dropped.all()) {
      iterator.forEachRemaining(entry -> revisions.add(entry.key));
    }
    return revisions;
  }

  /**
   * Deletes score rows of a revision that was dropped.
   *
   * @param most maximum number of rows to delete
   * @return whether no row of the revision is left
   */
  boolean deleteRows(TaskKey revision, int most) {
    try (KeyValueIterator<TaskKey, StoredContent> rows =
        scoreRows.prefixScan(revision, TaskKey.serde().serializer())) {
      for (int deleted = 0; deleted < most && rows.hasNext(); deleted++) {
        scoreRows.delete(rows.next().key);
      }
      if (rows.hasNext()) {
        return false;
      }
    }
    dropped.delete(revision);
    return true;
  }

  ShardProgress progress(TaskKey revision) {
    return Optional.ofNullable(progress.get(revision)).orElse(ShardProgress.BEGINNING);
  }

  void putProgress(TaskKey revision, ShardProgress newProgress) {
    progress.put(revision, newProgress);
  }

  void putQuery(QueryRepresentation query) {
    queries.put(queryKey(query.getTaskId(), query.getRevision(), query.getQueryIndex()), query);
  }

  void dropQuery(String taskId, int revision, int index) {
    queries.delete(queryKey(taskId, revision, index));
  }

  /** The query representations of a task that have arrived so far, in query order. */
  List<QueryRepresentation> queries(TargetTask task) {
    List<QueryRepresentation> represented = new ArrayList<>();
    for (int q = 0; q < task.getQueries().size(); q++) {
      Optional.ofNullable(queries.get(queryKey(task.getTaskId(), task.getRevision(), q)))
          .ifPresent(represented::add);
    }
    return represented;
  }

  Optional<StoredContent> row(TaskKey key) {
    return Optional.ofNullable(scoreRows.get(key));
  }

  void putRow(TaskKey key, StoredContent row) {
    scoreRows.put(key, row);
  }

  void dropRow(TaskKey key) {
    scoreRows.delete(key);
  }

  /** Calls the visitor with the candidate id and the row of every candidate of a revision. */
  void forEachRow(TaskKey revision, BiConsumer<String, StoredContent> visitor) {
    try (KeyValueIterator<TaskKey, StoredContent> rows =
        scoreRows.prefixScan(revision, TaskKey.serde().serializer())) {
      while (rows.hasNext()) {
        KeyValue<TaskKey, StoredContent> row = rows.next();
        visitor.accept(row.key.item(), row.value);
      }
    }
  }

  /**
   * Remembers that earlier records with this key no longer count, although the one at this offset
   * leaves no score row. A task that is behind may read an earlier one without ever reading this
   * one: it has been fetched already, or this one is a live record, or compaction has removed it.
   */
  void putSuperseded(Bytes key, long offset) {
    superseded.put(key, offset);
  }

  /** Whether such a record has a higher offset than this. */
  boolean isSupersededAfter(Bytes key, long offset) {
    return Optional.ofNullable(superseded.get(key)).filter(at -> at > offset).isPresent();
  }

  private static TaskKey revision(TargetTask task) {
    return TaskKey.prefix(task.getTaskId(), task.getRevision());
  }

  private static TaskKey queryKey(String taskId, int revision, int index) {
    return new TaskKey(taskId, revision, String.valueOf(index));
  }

  private static <V> List<V> values(KeyValueIterator<TaskKey, V> entries) {
    List<V> all = new ArrayList<>();
    try (entries) {
      entries.forEachRemaining(entry -> all.add(entry.value));
    }
    return all;
  }
}
