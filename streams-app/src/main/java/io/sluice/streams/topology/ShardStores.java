package io.sluice.streams.topology;

import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.serde.AvroSerdes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.TimestampedKeyValueStore;
import org.apache.kafka.streams.state.ValueAndTimestamp;

/** What a nomination shard keeps. */
final class ShardStores {
  /** Encoded representations by encoded key; the topic itself is the changelog. */
  static final String REPRESENTATIONS = "representations";

  private static final String TASKS = "shard-tasks";
  private static final String QUERIES = "shard-queries";
  private static final String SCORE_ROWS = "score-rows";

  private final TimestampedKeyValueStore<Bytes, byte[]> representations;
  private final KeyValueStore<String, TargetTask> tasks;
  private final KeyValueStore<TaskKey, QueryRepresentation> queries;
  private final KeyValueStore<TaskKey, float[]> scoreRows;

  ShardStores(ProcessorContext<?, ?> context) {
    representations = context.getStateStore(REPRESENTATIONS);
    tasks = context.getStateStore(TASKS);
    queries = context.getStateStore(QUERIES);
    scoreRows = context.getStateStore(SCORE_ROWS);
  }

  /** The stores that the shard's processor owns. */
  static Set<StoreBuilder<?>> builders(AvroSerdes avro) {
    Set<StoreBuilder<?>> builders = new HashSet<>();
    builders.add(
        Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(TASKS), Serdes.String(), avro.<TargetTask>value()));
    builders.add(
        Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(QUERIES),
            TaskKey.serde(),
            avro.<QueryRepresentation>value()));
    builders.add(
        Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(SCORE_ROWS), TaskKey.serde(), ScoreRow.serde()));
    return builders;
  }

  List<TargetTask> tasks() {
    List<TargetTask> all = new ArrayList<>();
    try (KeyValueIterator<String, TargetTask> iterator = tasks.all()) {
      iterator.forEachRemaining(entry -> all.add(entry.value));
    }
    return all;
  }

  Optional<TargetTask> task(String taskId) {
    return Optional.ofNullable(tasks.get(taskId));
  }

  void putTask(TargetTask task) {
    tasks.put(task.getTaskId(), task);
  }

  /** Drops a task and all that is kept for it. */
  void dropTask(TargetTask task) {
    tasks.delete(task.getTaskId());
    deletePrefix(queries, task);
    deletePrefix(scoreRows, task);
  }

  void putQuery(QueryRepresentation query) {
    queries.put(queryKey(query.getTaskId(), query.getRevision(), query.getQueryIndex()), query);
  }

  void dropQuery(String taskId, int revision, int index) {
    queries.delete(queryKey(taskId, revision, index));
  }

  /** The representations of a task's queries, in query order, as far as they have come. */
  List<QueryRepresentation> queries(TargetTask task) {
    List<QueryRepresentation> represented = new ArrayList<>();
    for (int q = 0; q < task.getQueries().size(); q++) {
      Optional.ofNullable(queries.get(queryKey(task.getTaskId(), task.getRevision(), q)))
          .ifPresent(represented::add);
    }
    return represented;
  }

  boolean hasRow(TaskKey key) {
    return scoreRows.get(key) != null;
  }

  void putRow(TaskKey key, float[] row) {
    scoreRows.put(key, row);
  }

  void dropRow(TaskKey key) {
    scoreRows.delete(key);
  }

  /** Visits every score row of a task, by candidate id. */
  void forEachRow(ShardTask task, BiConsumer<String, float[]> visitor) {
    try (KeyValueIterator<TaskKey, float[]> rows =
        scoreRows.prefixScan(task.key(""), TaskKey.serde().serializer())) {
      while (rows.hasNext()) {
        KeyValue<TaskKey, float[]> row = rows.next();
        visitor.accept(row.key.item(), row.value);
      }
    }
  }

  /** About how many representations are stored. */
  long approximateRepresentations() {
    return representations.approximateNumEntries();
  }

  Optional<byte[]> representation(Bytes key) {
    return Optional.ofNullable(representations.get(key)).map(ValueAndTimestamp::value);
  }

  /**
   * Stored representations in key order.
   *
   * @param after where to go on: only keys above it; empty for the beginning
   * @return to be closed by the caller
   */
  KeyValueIterator<Bytes, ValueAndTimestamp<byte[]>> representationsAfter(Optional<Bytes> after) {
    // A key followed by a zero byte is the least key above it.
    return after
        .map(key -> representations.range(Bytes.wrap(withZero(key.get())), null))
        .orElseGet(representations::all);
  }

  private static byte[] withZero(byte[] key) {
    return Arrays.copyOf(key, key.length + 1);
  }

  private static TaskKey queryKey(String taskId, int revision, int index) {
    return new TaskKey(taskId, revision, String.valueOf(index));
  }

  private static <V> void deletePrefix(KeyValueStore<TaskKey, V> store, TargetTask task) {
    TaskKey prefix = TaskKey.prefix(task.getTaskId(), task.getRevision());
    try (KeyValueIterator<TaskKey, V> entries =
        store.prefixScan(prefix, TaskKey.serde().serializer())) {
      entries.forEachRemaining(entry -> store.delete(entry.key));
    }
  }
}
