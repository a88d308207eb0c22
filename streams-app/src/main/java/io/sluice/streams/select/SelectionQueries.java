package io.sluice.streams.select;

import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.streams.revision.TaskKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyQueryMetadata;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.HostInfo;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * Reads the current state of tasks in the partitions that this instance owns, and finds the
 * instances that own the others.
 *
 * <p>The state may be ahead of the published records by one open transaction (the commit interval,
 * 0.1 s). Every method that reads state or looks up an instance throws {@link SelectionUnavailable}
 * while the instance starts or partitions move between instances. Thread-safe.
 */
public final class SelectionQueries {
  private final KafkaStreams streams;
  private final OpenPartitions open;
  private final int partitions;
  private final Optional<HostInfo> self;

  /**
   * Creates the queries, which succeed once the streams run.
   *
   * @param streams runs the topology that the queried stores belong to
   * @param open the partitions of tasks that are open on this instance
   * @param partitions number of partitions of the target-tasks topic
   * @param applicationServer host:port at which other instances reach this one; empty when this is
   *     the only instance
   */
  public SelectionQueries(
      KafkaStreams streams,
      OpenPartitions open,
      int partitions,
      Optional<String> applicationServer) {
    this.streams = streams;
    this.open = open;
    this.partitions = partitions;
    this.self = applicationServer.map(HostInfo::buildFromEndpoint);
  }

  /** The number of partitions of tasks, over all instances. */
  public int partitions() {
    return partitions;
  }

  /** The partitions whose tasks this instance holds. */
  public Set<Integer> localPartitions() {
    return open.all();
  }

  /**
   * Finds the place of a task from its id, whether or not the task exists.
   *
   * @return the partition if this instance holds it, otherwise the instance that does
   */
  public Place locate(String taskId) {
    KeyQueryMetadata metadata =
        query(
            () ->
                streams.queryMetadataForKey(
                    SelectStores.TASKS, taskId, Serdes.String().serializer()));
    if (metadata.equals(KeyQueryMetadata.NOT_AVAILABLE)) {
      throw new SelectionUnavailable("it is not known yet which instance holds the task");
    }
    HostInfo host = metadata.activeHost();
    return self.isEmpty() || self.get().equals(host)
        ? new Place.Local(metadata.partition())
        : new Place.Remote(new Instance(host.host(), host.port()));
  }

  /** All other instances that hold partitions of tasks. */
  public Set<Instance> others() {
    return query(() -> streams.streamsMetadataForStore(SelectStores.TASKS)).stream()
        .filter(metadata -> self.isPresent() && !self.get().equals(metadata.hostInfo()))
        .map(metadata -> new Instance(metadata.host(), metadata.port()))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** All other instances, whatever they hold. */
  public Set<Instance> allOthers() {
    return query(streams::metadataForAllStreamsClients).stream()
        .filter(metadata -> self.isPresent() && !self.get().equals(metadata.hostInfo()))
        .map(metadata -> new Instance(metadata.host(), metadata.port()))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The tasks of a local partition, ordered by id. */
  public List<HeldTask> tasks(int partition) {
    return read(
        partition,
        () -> {
          Map<String, HeldTask> tasks = new TreeMap<>();
          forEach(
              store(partition, SelectStores.TASKS),
              (String id, TargetTask task) -> tasks.put(id, held(partition, task)));
          return List.copyOf(tasks.values());
        });
  }

  /** The task with this id in a local partition; empty when there is none. */
  public Optional<HeldTask> task(int partition, String taskId) {
    return read(
        partition,
        () ->
            Optional.ofNullable(
                    this.<String, TargetTask>store(partition, SelectStores.TASKS).get(taskId))
                .map(task -> held(partition, task)));
  }

  /** All jobs of the tasks of a local partition, in no particular order. */
  public List<FineTuneJob> jobs(int partition) {
    return read(
        partition,
        () -> {
          List<FineTuneJob> jobs = new ArrayList<>();
          forEach(
              this.<TaskKey, FineTuneJob>store(partition, SelectStores.JOBS),
              (key, job) -> jobs.add(job));
          return jobs;
        });
  }

  private HeldTask held(int partition, TargetTask task) {
    String id = task.getTaskId();
    ReadOnlyKeyValueStore<String, TargetTask> incoming =
        store(partition, SelectStores.INCOMING_TASKS);
    ReadOnlyKeyValueStore<String, TaskStatus> statuses = store(partition, SelectStores.STATUSES);
    return new HeldTask(
        task,
        Optional.ofNullable(incoming.get(id)),
        Optional.ofNullable(statuses.get(id))
            .filter(status -> status.getRevision() == task.getRevision()));
  }

  <K, V> ReadOnlyKeyValueStore<K, V> store(int partition, String name) {
    return streams.store(
        StoreQueryParameters.fromNameAndType(name, QueryableStoreTypes.<K, V>keyValueStore())
            .withPartition(partition));
  }

  private static <K, V> void forEach(ReadOnlyKeyValueStore<K, V> store, BiConsumer<K, V> visitor) {
    try (KeyValueIterator<K, V> entries = store.all()) {
      entries.forEachRemaining(entry -> visitor.accept(entry.key, entry.value));
    }
  }

  /** Reads from a partition, and fails unless it is open without interruption during the read. */
  <T> T read(int partition, Supplier<T> read) {
    Optional<Long> opening = open.opening(partition);
    if (opening.isPresent()) {
      T found = query(read);
      if (open.opening(partition).equals(opening)) {
        return found;
      }
    }
    throw new SelectionUnavailable("partition " + partition + " of the tasks is being moved");
  }

  private <T> T query(Supplier<T> action) {
    try {
      return action.get();
    } catch (InvalidStateStoreException e) {
      throw new SelectionUnavailable("a partition of the tasks is being moved: " + e.getMessage());
    } catch (IllegalStateException e) {
      if (streams.state().isRunningOrRebalancing()) {
        throw e;
      }
      throw new SelectionUnavailable("the streams-app is " + streams.state());
    }
  }

  /** The place where a task is held. */
  public sealed interface Place {
    /**
     * Calls the argument for this kind of place.
     *
     * @param local receives the partition of a {@link Local} place
     * @param remote receives the instance of a {@link Remote} place
     */
    void match(IntConsumer local, Consumer<Instance> remote);

    /** This instance holds the task in the given partition. */
    record Local(int partition) implements Place {
      @Override
      public void match(IntConsumer local, Consumer<Instance> remote) {
        local.accept(partition);
      }
    }

    /** Another instance holds the task. */
    record Remote(Instance instance) implements Place {
      @Override
      public void match(IntConsumer local, Consumer<Instance> remote) {
        remote.accept(instance);
      }
    }
  }

  /**
   * An instance of the streams-app.
   *
   * @param host host name or IP address
   * @param port port of its HTTP API
   */
  public record Instance(String host, int port) {
    @Override
    public String toString() {
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /**
   * The state of a task.
   *
   * @param served the revision whose subset is published
   * @param incoming a newer revision, for which the candidates are still being scored; empty when
   *     there is none
   * @param status the last published status of the served revision; empty for some tenths of a
   *     second after the task was defined or its partition moved to this instance
   */
  public record HeldTask(
      TargetTask served, Optional<TargetTask> incoming, Optional<TaskStatus> status) {
    boolean isSameRevision(HeldTask other) {
      return served.getRevision() == other.served.getRevision();
    }
  }
}
