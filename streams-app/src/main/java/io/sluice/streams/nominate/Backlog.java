package io.sluice.streams.nominate;

import io.sluice.streams.revision.TaskKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the tasks of a shard have still to read of its partition. Each reads from where its progress
 * says to where the partition ended when it began to read; the records behind that are live ones,
 * which the shard scores for all tasks. The tasks that are behind read the partition together, from
 * the lowest offset that one of them needs. Not thread-safe; owned by the shard's processor.
 */
final class Backlog {
  /** Dozens of representations, so that most reads find their records fetched. */
  private static final int FETCH_BYTES = 4 << 20;

  private final PartitionReader reader;

  /** By revision: the offset up to which it reads. */
  private final Map<TaskKey, Long> ends = new HashMap<>();

  Backlog(PartitionReader.Opener opener, int partition) {
    this.reader = opener.open(partition, FETCH_BYTES);
  }

  /**
   * Determines up to where tasks have to read that have not begun since the shard was started.
   *
   * @param behind the tasks that have not caught up
   */
  void begin(List<ShardTask> behind) {
    if (behind.stream().anyMatch(task -> !ends.containsKey(task.revisionKey()))) {
      long end = reader.end();
      behind.forEach(task -> ends.putIfAbsent(task.revisionKey(), end));
    }
  }

  /**
   * Reads the next records that one of the tasks needs.
   *
   * @param behind tasks that have not caught up; not empty
   */
  PartitionReader.Batch next(List<ShardTask> behind, Duration wait) {
    long from = behind.stream().mapToLong(Backlog::next).min().orElseThrow();
    return reader.read(from, wait);
  }

  /** The offset from which a task that has not caught up has to read. */
  static long next(ShardTask task) {
    return task.progress().next().orElseThrow();
  }

  /** Whether a task that has begun has read everything. */
  boolean isRead(ShardTask task) {
    return next(task) >= ends.get(task.revisionKey());
  }

  /** How many records a task has still to read, about: 0 only if it has caught up. */
  long waiting(ShardTask task) {
    if (task.progress().caughtUp()) {
      return 0;
    }
    long end = ends.getOrDefault(task.revisionKey(), 0L);
    return Math.max(1, end - next(task));
  }

  /** Forgets a revision that has caught up or is no longer worked on. */
  void forget(TaskKey revision) {
    ends.remove(revision);
  }

  void close() {
    reader.close();
  }
}
