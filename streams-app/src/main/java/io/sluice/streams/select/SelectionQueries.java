package io.sluice.streams.select;

import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.Nomination;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.streams.revision.ScoreRow;
import io.sluice.streams.revision.TaskKey;
import io.sluice.streams.selection.Algorithm;
import io.sluice.streams.selection.Selection;
import io.sluice.streams.selection.Slot;
import io.sluice.streams.selection.Tiers;
import java.util.ArrayList;
import java.util.HashMap;
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
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.HostInfo;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * Reads what the selections of tasks hold now, of the partitions that this instance works on, and
 * finds the instance that works on the others.
 *
 * <p>What is read may be ahead of what is published by the transaction that is open (the commit
 * interval, 0.1 s): once nothing more arrives, both are the same. Every method throws {@link
 * SelectionUnavailable} while the instance starts, or partitions move between instances. Used by
 * any thread.
 */
public final class SelectionQueries {
  private static final int ATTEMPTS = 3;

  private final KafkaStreams streams;
  private final OpenPartitions open;
  private final int partitions;
  private final Optional<HostInfo> self;

  /**
   * Prepares queries; they are answered once the streams run.
   *
   * @param streams run the topology that the queried stores belong to
   * @param open the partitions of tasks that this instance works on
   * @param partitions number of partitions that tasks are spread over
   * @param applicationServer host:port at which other instances reach this one; empty when there is
   *     only this instance
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

  /** How many partitions tasks are spread over. */
  public int partitions() {
    return partitions;
  }

  /** The partitions whose tasks this instance holds. */
  public Set<Integer> partitionsHere() {
    return open.all();
  }

  /**
   * The partition in which a task lies, whether or not there is such a task.
   *
   * @return where it is held
   */
  public Place placeOf(String taskId) {
    KeyQueryMetadata metadata =
        asking(
            () ->
                streams.queryMetadataForKey(
                    SelectStores.TASKS, taskId, Serdes.String().serializer()));
    if (metadata.equals(KeyQueryMetadata.NOT_AVAILABLE)) {
      throw new SelectionUnavailable("it is not known yet which instance holds the task");
    }
    HostInfo host = metadata.activeHost();
    return self.isEmpty() || self.get().equals(host)
        ? new Place.Here(metadata.partition())
        : new Place.There(new Instance(host.host(), host.port()));
  }

  /** All other instances that hold tasks. */
  public Set<Instance> others() {
    return asking(() -> streams.streamsMetadataForStore(SelectStores.TASKS)).stream()
        .filter(metadata -> self.isPresent() && !self.get().equals(metadata.hostInfo()))
        .map(metadata -> new Instance(metadata.host(), metadata.port()))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The tasks of a partition that is here, by id. */
  public List<HeldTask> tasks(int partition) {
    return reading(
        partition,
        () -> {
          Map<String, HeldTask> tasks = new TreeMap<>();
          forEach(
              store(partition, SelectStores.TASKS),
              (String id, TargetTask task) -> tasks.put(id, held(partition, task)));
          return List.copyOf(tasks.values());
        });
  }

  /** The task of this id, in a partition that is here. */
  public Optional<HeldTask> task(int partition, String taskId) {
    return reading(
        partition,
        () ->
            Optional.ofNullable(
                    this.<String, TargetTask>store(partition, SelectStores.TASKS).get(taskId))
                .map(task -> held(partition, task)));
  }

  /** The jobs fired so far for the tasks of a partition that is here. */
  public List<FineTuneJob> jobs(int partition) {
    return reading(
        partition,
        () -> {
          List<FineTuneJob> jobs = new ArrayList<>();
          forEach(
              this.<TaskKey, FineTuneJob>store(partition, SelectStores.JOBS),
              (key, job) -> jobs.add(job));
          return jobs;
        });
  }

  /**
   * The subset of a task's largest budget, with the revision of the task that it is for: all read
   * at one moment.
   *
   * @return empty when there is no such task
   */
  public Optional<HeldSubset> subset(int partition, String taskId) {
    return reading(
        partition,
        () -> {
          for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<HeldTask> task = task(partition, taskId);
            if (task.isEmpty()) {
              return Optional.empty();
            }
            List<SelectedInstruction> selected = selected(partition, task.get().served());
            // A revision that was replaced meanwhile may have lost nominations while they were
            // read.
            if (task(partition, taskId).filter(task.get()::isSameRevision).isPresent()) {
              return Optional.of(new HeldSubset(task.get(), selected));
            }
          }
          throw new SelectionUnavailable("task " + taskId + " changes while it is read");
        });
  }

  private List<SelectedInstruction> selected(int partition, TargetTask task) {
    Tiers tiers = new Tiers(task.getBudgets());
    Selection<String> selection =
        Algorithm.parse(task.getAlgorithm())
            .emptySelection(task.getQueries().size(), tiers.largest());
    Map<String, Nomination> held = new HashMap<>();
    ReadOnlyKeyValueStore<TaskKey, Nomination> nominations =
        store(partition, SelectStores.NOMINATIONS);
    // One iterator sees the store as it was at one moment.
    try (KeyValueIterator<TaskKey, Nomination> entries =
        nominations.prefixScan(
            TaskKey.prefix(task.getTaskId(), task.getRevision()), TaskKey.serde().serializer())) {
      while (entries.hasNext()) {
        KeyValue<TaskKey, Nomination> entry = entries.next();
        String id = entry.key.item();
        selection.offer(id, ScoreRow.unboxed(entry.value.getScores()));
        if (selection.contains(id)) {
          held.put(id, entry.value);
        }
        if (held.size() > 2 * tiers.largest()) {
          held.keySet().removeIf(candidate -> !selection.contains(candidate));
        }
      }
    }
    List<SelectedInstruction> selected = new ArrayList<>(selection.size());
    for (Slot<String> slot : selection.slots()) {
      selected.add(Publications.selected(task, tiers.tierOf(slot.slot()), held.get(slot.id())));
    }
    return selected;
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

  private <K, V> ReadOnlyKeyValueStore<K, V> store(int partition, String name) {
    return streams.store(
        StoreQueryParameters.fromNameAndType(name, QueryableStoreTypes.<K, V>keyValueStore())
            .withPartition(partition));
  }

  private static <K, V> void forEach(ReadOnlyKeyValueStore<K, V> store, BiConsumer<K, V> visitor) {
    try (KeyValueIterator<K, V> entries = store.all()) {
      entries.forEachRemaining(entry -> visitor.accept(entry.key, entry.value));
    }
  }

  /** Reads of a partition that has all of its state from the first moment to the last. */
  private <T> T reading(int partition, Supplier<T> read) {
    Optional<Long> opening = open.opening(partition);
    if (opening.isPresent()) {
      T found = asking(read);
      if (open.opening(partition).equals(opening)) {
        return found;
      }
    }
    throw new SelectionUnavailable("partition " + partition + " of the tasks is being moved");
  }

  private <T> T asking(Supplier<T> question) {
    try {
      return question.get();
    } catch (InvalidStateStoreException e) {
      throw new SelectionUnavailable("a partition of the tasks is being moved: " + e.getMessage());
    } catch (IllegalStateException e) {
      if (streams.state().isRunningOrRebalancing()) {
        throw e;
      }
      throw new SelectionUnavailable("the streams-app is " + streams.state());
    }
  }

  /** Where the tasks of a partition are held. */
  public sealed interface Place {
    /**
     * Calls the one argument that is for this kind of place.
     *
     * @param here for {@link Here}, with the partition
     * @param there for {@link There}, with the instance
     */
    void match(IntConsumer here, Consumer<Instance> there);

    /** Held by this instance, in that partition. */
    record Here(int partition) implements Place {
      @Override
      public void match(IntConsumer here, Consumer<Instance> there) {
        here.accept(partition);
      }
    }

    /** Held by another instance. */
    record There(Instance instance) implements Place {
      @Override
      public void match(IntConsumer here, Consumer<Instance> there) {
        there.accept(instance);
      }
    }
  }

  /**
   * An instance of the streams-app.
   *
   * @param host name or address
   * @param port where its HTTP API is
   */
  public record Instance(String host, int port) {
    @Override
    public String toString() {
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /**
   * A task as it is held.
   *
   * @param served the revision whose subset is published
   * @param incoming a newer revision, for which the candidates are still being scored
   * @param status how far the revision served has come, as published last; empty for some tenths of
   *     a second after the task came or was taken over
   */
  public record HeldTask(
      TargetTask served, Optional<TargetTask> incoming, Optional<TaskStatus> status) {
    private boolean isSameRevision(HeldTask other) {
      return served.getRevision() == other.served.getRevision();
    }
  }

  /**
   * The subset of a task's largest budget.
   *
   * @param task the task
   * @param selected in selection order
   */
  public record HeldSubset(HeldTask task, List<SelectedInstruction> selected) {
    /** Copies the list. */
    public HeldSubset {
      selected = List.copyOf(selected);
    }
  }
}
