package io.sluice.streams.nominate;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Finds single records of a partition by their offsets. Fast for offsets in ascending order, which
 * are mostly found among the records that were fetched for the one before: each of them alone would
 * cost a request to the broker, which answers with all records of a fetch. Not thread-safe; owned
 * by the shard's processor.
 */
final class RecordLookup {
  /** Room for a few records, of which one is needed. */
  private static final int FETCH_BYTES = 64 << 10;

  /**
   * Records that are rather read than skipped to come to the next offset: skipping discards what
   * has been fetched ahead.
   */
  private static final int READ_OVER = 16;

  private static final Duration WAIT = Duration.ofMillis(100);
  private static final int ATTEMPTS = 300;

  private final PartitionReader reader;

  /** The records of the last read, which began at {@link #from}. */
  private PartitionReader.Batch batch = new PartitionReader.Batch(List.of(), 0);

  private long from;

  RecordLookup(PartitionReader reader) {
    this.reader = reader;
  }

  /** Returns a reader that suits the lookup of records. */
  static PartitionReader open(PartitionReader.Opener opener, int partition) {
    return opener.open(partition, FETCH_BYTES);
  }

  /**
   * Returns a record.
   *
   * @param offset an offset below the end of the partition
   * @return the record, also one that was fetched before compaction removed it; empty if it had
   *     been removed before
   * @throws TimeoutException when the broker does not deliver records within 30 s
   */
  Optional<PartitionReader.Entry> at(long offset) {
    int attempts = 0;
    while (offset < from || offset >= batch.next()) {
      long next = batch.next();
      from = offset >= next && offset - next <= READ_OVER ? next : offset;
      batch = reader.read(from, WAIT);
      if (batch.next() == from && ++attempts == ATTEMPTS) {
        throw new TimeoutException("a representation could not be fetched from its topic");
      }
    }
    return batch.entries().stream().filter(entry -> entry.offset() == offset).findFirst();
  }
}
