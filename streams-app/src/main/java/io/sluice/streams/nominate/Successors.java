package io.sluice.streams.nominate;

import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Nominates the candidates that take the place of withdrawn ones. Their score rows are stored, and
 * their records are fetched from the partition, each by its offset. Not thread-safe; owned by the
 * shard's processor.
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

  /**
   * Selects again for a task, and nominates the candidates that enter.
   *
   * @throws TimeoutException when the broker does not deliver a record within 30 s
   */
  void nominate(ShardTask task) {
    task.reselect(rows -> stores.forEachRow(task.revisionKey(), rows)).stream()
        .map(id -> (StoredContent.Scored) stores.row(task.key(id)).orElseThrow())
        // Version 0.1 stored no offset. The task reads such candidates again, and nominates them.
        .filter(row -> row.offset() >= 0)
        // The order in which the topic is read fastest.
        .sorted(Comparator.comparingLong(StoredContent.Scored::offset))
        .forEach(row -> nominate(task, row));
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
