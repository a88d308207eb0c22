package io.sluice.streams.nominate;

import io.sluice.schemas.RepresentationKey;
import io.sluice.streams.deadletter.InvalidRecordException;
import io.sluice.streams.revision.TaskKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the tasks of a shard have still to read of its partition. Each reads from where its progress
 * says to where the partition ended when it began to read; the records behind that are live ones,
 * which the shard scores for all tasks. The tasks that are behind read the partition together, from
 * the lowest offset that one of them needs.
 *
 * <p>Live records arrive meanwhile. What counts of a candidate is its record with the highest
 * offset, so a record that is read changes nothing if a later one is known: from a score row, or
 * because it {@linkplain ShardStores#putSuperseded left none}. Not thread-safe; owned by the
 * shard's processor.
 */
final class Backlog {
  private static final Logger log = LoggerFactory.getLogger(Backlog.class);

  /** Dozens of representations, so that most reads find their records fetched. */
  private static final int FETCH_BYTES = 4 << 20;

  private final PartitionReader reader;
  private final RepresentationCodec codec;
  private final ShardStores stores;
  private final CandidateRows rows;

  /** By revision: the offset up to which it reads. */
  private final Map<TaskKey, Long> ends = new HashMap<>();

  Backlog(
      PartitionReader reader, RepresentationCodec codec, ShardStores stores, CandidateRows rows) {
    this.reader = reader;
    this.codec = codec;
    this.stores = stores;
    this.rows = rows;
  }

  /** Returns a reader that suits a backlog. */
  static PartitionReader open(PartitionReader.Opener opener, int partition) {
    return opener.open(partition, FETCH_BYTES);
  }

  /**
   * Reads the next records that one of the tasks needs.
   *
   * @param active the tasks that the shard works on
   * @param wait how long to wait for records that have not been fetched yet
   * @return whether a task is behind
   */
  boolean read(List<ShardTask> active, Duration wait) {
    List<ShardTask> behind = active.stream().filter(task -> !task.progress().caughtUp()).toList();
    if (behind.isEmpty()) {
      return false;
    }
    begin(behind);
    List<ShardTask> reading = behind.stream().filter(task -> !isRead(task)).toList();
    if (!reading.isEmpty()) {
      long from = reading.stream().mapToLong(Backlog::next).min().orElseThrow();
      PartitionReader.Batch batch = reader.read(from, wait);
      batch.entries().forEach(entry -> take(entry, reading));
      rows.scoreBlock();
      reading.stream()
          .filter(task -> next(task) < batch.next())
          .forEach(task -> rows.putProgress(task, task.progress().readUpTo(batch.next())));
    }
    behind.stream().filter(this::isRead).forEach(this::end);
    return true;
  }

  /** Determines up to where the tasks read that have not begun since the shard was started. */
  private void begin(List<ShardTask> behind) {
    if (behind.stream().anyMatch(task -> !ends.containsKey(task.revisionKey()))) {
      long end = reader.end();
      behind.forEach(task -> ends.putIfAbsent(task.revisionKey(), end));
    }
  }

  private static long next(ShardTask task) {
    return task.progress().readBefore();
  }

  private boolean isRead(ShardTask task) {
    return next(task) >= ends.get(task.revisionKey());
  }

  private void end(ShardTask task) {
    ends.remove(task.revisionKey());
    rows.putProgress(task, task.progress().asCaughtUp());
    log.atInfo()
        .addKeyValue("task", task.id())
        .addKeyValue("revision", task.revision())
        .addKeyValue("scored", task.scored())
        .log("Stored representations scored");
  }

  private void take(PartitionReader.Entry entry, List<ShardTask> reading) {
    List<ShardTask> readers =
        reading.stream().filter(task -> next(task) <= entry.offset()).toList();
    ShardInput input;
    try {
      input = codec.decode(entry.key(), entry.value().orElse(null));
    } catch (InvalidRecordException e) {
      // It became a dead letter when it was live.
      return;
    }
    if (input instanceof ShardInput.CandidateRepresented represented) {
      take(new Arrival(represented.representation(), entry.offset()), readers);
    } else if (input instanceof ShardInput.CandidateRetracted retracted) {
      withdraw(retracted.key(), entry.offset(), readers);
    } else if (input instanceof ShardInput.RepresentationRefused refused) {
      withdraw(refused.key(), entry.offset(), readers);
    }
  }

  private void withdraw(RepresentationKey key, long offset, List<ShardTask> readers) {
    // The block may hold an earlier record of the candidate.
    rows.scoreBlock();
    rows.withdrawBelow(key, offset, readers);
  }

  private void take(Arrival arrival, List<ShardTask> readers) {
    if (stores.isSupersededAfter(codec.encodedKey(arrival.key()), arrival.offset())) {
      return;
    }
    List<ShardTask> takers = readers.stream().filter(task -> isLatest(task, arrival)).toList();
    String problems = rows.take(arrival, takers);
    if (!problems.isEmpty()) {
      // It became a dead letter when it was live, or workers of other vectors represented it.
      log.atDebug().addKeyValue("reason", problems).log("Stored representation skipped");
    }
  }

  /** Whether a task knows no later record of the candidate, nor this one. */
  private boolean isLatest(ShardTask task, Arrival arrival) {
    return stores
        .row(task.key(arrival.candidateId()))
        .filter(row -> row.offset() >= arrival.offset())
        .isEmpty();
  }

  /** How many records a task has still to read, about: 0 only if it has caught up. */
  long waiting(ShardTask task) {
    if (task.progress().caughtUp()) {
      return 0;
    }
    return Math.max(1, ends.getOrDefault(task.revisionKey(), 0L) - next(task));
  }
}
