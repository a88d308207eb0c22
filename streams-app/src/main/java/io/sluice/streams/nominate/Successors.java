package io.sluice.streams.nominate;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Nominates the candidates that take the place of withdrawn ones. Their score rows are stored, and
 * their records are fetched from the partition, each by its offset. Thousands may be due after a
 * retraction of thousands, so they are nominated one by one, between live candidates. Not
 * thread-safe; owned by the shard's processor.
 */
final class Successors {
  /** Room for a few records, of which one is needed. */
  private static final int FETCH_BYTES = 64 << 10;

  private static final Duration WAIT = Duration.ofMillis(100);
  private static final int ATTEMPTS = 300;

  private final PartitionReader reader;
  private final RepresentationCodec codec;
  private final ShardStores stores;
  private final ShardReporter reporter;

  Successors(
      PartitionReader reader,
      RepresentationCodec codec,
      ShardStores stores,
      ShardReporter reporter) {
    this.reader = reader;
    this.codec = codec;
    this.stores = stores;
    this.reporter = reporter;
  }

  /** Returns a reader that suits the fetching of single records. */
  static PartitionReader open(PartitionReader.Opener opener, int partition) {
    return opener.open(partition, FETCH_BYTES);
  }

  /** Selects again for a task. The candidates that enter are due from then on. */
  void select(ShardTask task) {
    task.reselect(rows -> stores.forEachRow(task.revisionKey(), rows)).stream()
        .flatMap(id -> scored(task, id).stream().map(row -> Map.entry(id, row.offset())))
        // Version 0.1 stored no offset. The task reads such candidates again, and nominates them.
        .filter(entry -> entry.getValue() >= 0)
        // The order in which the topic is read fastest.
        .sorted(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .forEach(task.successors()::add);
  }

  /**
   * Nominates the next candidate that is due. Does nothing for one that was withdrawn meanwhile, or
   * that is held no longer because better ones came.
   *
   * @return whether one was due
   * @throws TimeoutException when the broker does not deliver a record within 30 s
   */
  boolean nominateNext(ShardTask task) {
    Optional<String> next = Optional.ofNullable(task.successors().poll());
    next.filter(task::holds).flatMap(id -> scored(task, id)).ifPresent(row -> nominate(task, row));
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
    at(row.offset())
        .flatMap(codec::decodeStored)
        .ifPresent(stored -> reporter.reportNomination(task, row, stored.getCandidate()));
  }

  private Optional<PartitionReader.Entry> at(long offset) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      PartitionReader.Batch batch = reader.read(offset, WAIT);
      if (batch.next() > offset) {
        return batch.entries().stream().filter(entry -> entry.offset() == offset).findFirst();
      }
    }
    throw new TimeoutException("a representation could not be fetched from its topic");
  }
}
