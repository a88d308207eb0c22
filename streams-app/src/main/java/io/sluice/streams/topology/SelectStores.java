package io.sluice.streams.topology;

import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.Nomination;
import io.sluice.schemas.PoolCount;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.serde.AvroSerdes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** What the selection of tasks keeps. */
final class SelectStores {
  static final String TASKS = "tasks";
  static final String NOMINATIONS = "nominations";
  private static final String POOL_COUNTS = "pool-counts";
  static final String JOBS = "jobs";

  private final KeyValueStore<String, TargetTask> tasks;
  private final KeyValueStore<TaskKey, Nomination> nominations;
  private final KeyValueStore<TaskKey, PoolCount> poolCounts;
  private final KeyValueStore<TaskKey, FineTuneJob> jobs;

  SelectStores(ProcessorContext<?, ?> context) {
    tasks = context.getStateStore(TASKS);
    nominations = context.getStateStore(NOMINATIONS);
    poolCounts = context.getStateStore(POOL_COUNTS);
    jobs = context.getStateStore(JOBS);
  }

  /** The stores that the select processor owns. */
  static Set<StoreBuilder<?>> builders(AvroSerdes avro) {
    return Set.of(
        Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(TASKS), Serdes.String(), avro.<TargetTask>value()),
        Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(NOMINATIONS), TaskKey.serde(), avro.<Nomination>value()),
        Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(POOL_COUNTS), TaskKey.serde(), avro.<PoolCount>value()),
        Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(JOBS), TaskKey.serde(), avro.<FineTuneJob>value()));
  }

  List<TargetTask> tasks() {
    List<TargetTask> all = new ArrayList<>();
    try (KeyValueIterator<String, TargetTask> iterator = tasks.all()) {
      iterator.forEachRemaining(entry -> all.add(entry.value));
    }
    return all;
  }

  void putTask(TargetTask task) {
    tasks.put(task.getTaskId(), task);
  }

  /** Drops a task and all that is kept for its revision. */
  void dropTask(TargetTask task) {
    tasks.delete(task.getTaskId());
    for (KeyValueStore<TaskKey, ?> store : List.of(nominations, poolCounts, jobs)) {
      deletePrefix(store, TaskKey.prefix(task.getTaskId(), task.getRevision()));
    }
  }

  Optional<Nomination> nomination(TaskKey key) {
    return Optional.ofNullable(nominations.get(key));
  }

  void putNomination(TaskKey key, Nomination nomination) {
    nominations.put(key, nomination);
  }

  void dropNomination(TaskKey key) {
    nominations.delete(key);
  }

  void forEachNomination(TaskKey prefix, BiConsumer<String, Nomination> visitor) {
    forEach(nominations, prefix, visitor);
  }

  void putPoolCount(TaskKey key, PoolCount count) {
    poolCounts.put(key, count);
  }

  void forEachPoolCount(TaskKey prefix, BiConsumer<String, PoolCount> visitor) {
    forEach(poolCounts, prefix, visitor);
  }

  Optional<FineTuneJob> lastJob(TaskKey key) {
    return Optional.ofNullable(jobs.get(key));
  }

  void putJob(TaskKey key, FineTuneJob job) {
    jobs.put(key, job);
  }

  private static <V> void forEach(
      KeyValueStore<TaskKey, V> store, TaskKey prefix, BiConsumer<String, V> visitor) {
    try (KeyValueIterator<TaskKey, V> entries =
        store.prefixScan(prefix, TaskKey.serde().serializer())) {
      while (entries.hasNext()) {
        KeyValue<TaskKey, V> entry = entries.next();
        visitor.accept(entry.key.item(), entry.value);
      }
    }
  }

  private static <V> void deletePrefix(KeyValueStore<TaskKey, V> store, TaskKey prefix) {
    try (KeyValueIterator<TaskKey, V> entries =
        store.prefixScan(prefix, TaskKey.serde().serializer())) {
      entries.forEachRemaining(entry -> store.delete(entry.key));
    }
  }
}
