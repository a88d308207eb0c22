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
  /** Generously, what a nomination of some thousand characters takes in memory. */
  private static final int BYTES_EACH = 4096;

  private static final int SHARE_OF_MEMORY = 8;

  private final int mostKept;
  private final AtomicLong uses = new AtomicLong();
  private final Map<Integer, OfPartition> partitions = new ConcurrentHashMap<>();

  private ServedSubsets(int mostKept) {
    this.mostKept = mostKept;
  }

  /** Without tasks; what readers have keep takes about an eighth of the memory at most. */
  public static ServedSubsets withinMemory() {
    return keeping(
        Math.toIntExact(
            Math.min(
                Integer.MAX_VALUE,
                Runtime.getRuntime().maxMemory() / SHARE_OF_MEMORY / BYTES_EACH)));
  }

  /**
   * Without tasks.
   *
   * @param mostKept the most nominations that are kept for readers, of all tasks together
   */
  static ServedSubsets keeping(int mostKept) {
    return new ServedSubsets(mostKept);
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

  /** Notes that a subset was used, and forgets what is kept of those used longest ago. */
  void used(ServedSubset subset) {
    subset.setLastUse(uses.incrementAndGet());
    List<ServedSubset> all =
        partitions.values().stream()
            .map(each -> each.tasks.values())
            .flatMap(Collection::stream)
            .sorted(Comparator.comparingLong(ServedSubset::lastUse))
            .toList();
    int kept = all.stream().mapToInt(ServedSubset::kept).sum();
    for (ServedSubset each : all) {
      if (kept <= mostKept) {
        return;
      }
      kept -= each.kept();
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
