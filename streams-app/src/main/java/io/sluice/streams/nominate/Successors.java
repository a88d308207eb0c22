package io.sluice.streams.nominate;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Nominates the candidates that take the place of withdrawn ones. Their score rows are stored, and
 * their records are fetched from the partition, each by its offset. Thousands may be due after a
 * retraction of thousands, so they are nominated one by one, between live candidates, in the order
 * of their offsets. Not thread-safe; owned by the shard's processor.
 */
final class Successors {
  private final RecordLookup records;
  private final RepresentationCodec codec;
  private final ShardStores stores;
  private final ShardReporter reporter;
  private long turns;

  Successors(
      RecordLookup records, RepresentationCodec codec, ShardStores stores, ShardReporter reporter) {
    this.records = records;
    this.codec = codec;
    this.stores = stores;
    this.reporter = reporter;
  }

  /**
   * Selects again for one of the tasks that lack successors, for the one that has waited longest.
   * The candidates that enter are due from then on.
   *
   * @return whether there was such a task
   */
  boolean selectNext(List<ShardTask> tasks) {
    Optional<ShardTask> next =
        tasks.stream().filter(ShardTask::isOutdated).min(Comparator.comparingLong(ShardTask::turn));
    next.ifPresent(this::select);
    return next.isPresent();
  }

  private void select(ShardTask task) {
    turns++;
    task.reselect(rows -> stores.forEachRow(task.revisionKey(), rows), turns).stream()
        .flatMap(id -> scored(task, id).stream().map(row -> new Successor(id, row.offset())))
        // Version 0.1 stored no offset. The task reads such candidates again, and nominates them.
        .filter(successor -> successor.offset() >= 0)
        .forEach(task.successors()::add);
  }

  /**
   * Nominates the next candidate that is due for one of the tasks. What is due for several is
   * nominated for one after the other, so that the partition is read once for all of them.
   *
   * @return the task that had one; empty if none is due
   * @throws TimeoutException when the broker does not deliver a record within 30 s
   */
  Optional<ShardTask> nominateNext(List<ShardTask> tasks) {
    Optional<ShardTask> first =
        tasks.stream()
            .filter(task -> !task.successors().isEmpty())
            .min(Comparator.comparing(task -> task.successors().element()));
    first.ifPresent(this::nominateNext);
    return first;
  }

  /**
   * Nominates the next candidate that is due for a task. Does nothing for one that was withdrawn
   * meanwhile, or that is held no longer because better ones came.
   *
   * @return whether one was due
   * @throws TimeoutException when the broker does not deliver a record within 30 s
   */
  boolean nominateNext(ShardTask task) {
    Optional<Successor> next = Optional.ofNullable(task.successors().poll());
    next.map(Successor::candidateId)
        .filter(task::holds)
        .flatMap(id -> scored(task, id))
        .ifPresent(row -> nominate(task, row));
    return next.isPresent();
  }

  private Optional<StoredContent.Scored> scored(ShardTask task, String candidateId) {
    return stores
        .row(task.key(candidateId))
        .filter(StoredContent.Scored.class::isInstance)
        .map(StoredContent.Scored.class::cast);
  }

  /**
   * Nominates a candidate if its record still exists. Compaction has removed it if there is a later
   * record of the candidate that the shard has yet to receive, which withdraws, replaces or repeats
   * it.
   */
  private void nominate(ShardTask task, StoredContent.Scored row) {
    records
        .at(row.offset())
        .flatMap(codec::decodeStored)
        .ifPresent(stored -> reporter.reportNomination(task, row, stored.getCandidate()));
  }
}
