package io.sluice.streams.select;

import io.sluice.schemas.TargetTask;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The subsets as this instance published them last, by partition and task, for those who read them
 * while the stream threads go on. Putting a subset together from all nominations takes a second;
 * the stream thread that owns a task has it put together already.
 *
 * <p>The stream thread of a partition writes through {@link OfPartition}, in which tasks appear
 * with their first publication after the partition was opened. Thread-safe.
 */
public final class ServedSubsets {
  private static final int SHARE_OF_MEMORY = 8;

  private final long mostBytes;
  private final AtomicLong uses = new AtomicLong();
  private final Map<Integer, OfPartition> partitions = new ConcurrentHashMap<>();

  private ServedSubsets(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /** Without tasks; what is kept for readers takes about an eighth of the heap at most. */
  public static ServedSubsets withinMemory() {
    return keeping(Runtime.getRuntime().maxMemory() / SHARE_OF_MEMORY);
  }

  /**
   * Without tasks.
   *
   * @param mostBytes about the most memory that summaries kept for readers take, of all tasks
   *     together
   */
  static ServedSubsets keeping(long mostBytes) {
    return new ServedSubsets(mostBytes);
  }

  /** Begins to serve a partition, without any tasks at first. */
  OfPartition open(int partition) {
    OfPartition opened = new OfPartition(partition);
    partitions.put(partition, opened);
    return opened;
  }

  /** The subset of a task; empty when it has not been published since its partition was opened. */
  Optional<ServedSubset> find(int partition, String taskId) {
    return Optional.ofNullable(partitions.get(partition))
        .flatMap(each -> Optional.ofNullable(each.tasks.get(taskId)));
  }

  /**
   * Notes that a subset was used. If more is kept than may be, forgets what is kept of the subsets
   * used longest ago, this one included if it takes more than that alone.
   */
  void used(ServedSubset subset) {
    subset.setLastUse(uses.incrementAndGet());
    List<ServedSubset> all =
        partitions.values().stream()
            .map(each -> each.tasks.values())
            .flatMap(Collection::stream)
            .sorted(Comparator.comparingLong(ServedSubset::lastUse))
            .toList();
    long kept = all.stream().mapToLong(ServedSubset::keptBytes).sum();
    for (ServedSubset each : all) {
      if (kept <= mostBytes) {
        return;
      }
      kept -= each.keptBytes();
      each.forgetKept();
    }
  }

  /** The tasks of one partition, changed by the stream thread that owns it. */
  final class OfPartition {
    private final int partition;
    private final Map<String, ServedSubset> tasks = new ConcurrentHashMap<>();

    private OfPartition(int partition) {
      this.partition = partition;
    }

    /** Serves what a task has published, from now on. */
    void publish(TargetTask task, CurrentSubset subset) {
      tasks.computeIfAbsent(task.getTaskId(), id -> new ServedSubset()).publish(task, subset);
    }

    /**
     * Must be called before the nomination of a published candidate is deleted: the published
     * subset cannot be read any longer, until the next one is published.
     */
    void breakVersion(String taskId) {
      Optional.ofNullable(tasks.get(taskId)).ifPresent(ServedSubset::breakVersion);
    }

    /** Must be called after a nomination has been changed or deleted: what is kept of it is old. */
    void forget(String taskId, String candidateId) {
      Optional.ofNullable(tasks.get(taskId)).ifPresent(each -> each.forget(candidateId));
    }

    /** Must be called before the nominations of a task's served revision are deleted. */
    void drop(String taskId) {
      Optional.ofNullable(tasks.remove(taskId)).ifPresent(ServedSubset::breakVersion);
    }

    /** Ends serving; does nothing to the partition if it was opened again in the meantime. */
    void close() {
      partitions.remove(partition, this);
      tasks.values().forEach(ServedSubset::breakVersion);
    }
  }
}
