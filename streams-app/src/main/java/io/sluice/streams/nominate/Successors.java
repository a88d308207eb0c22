package io.sluice.streams.nominate;

import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Fetches single records of a shard's partition, of candidates that take the place of withdrawn
 * ones. Not thread-safe; owned by the shard's processor.
 */
final class Successors {
  /** Room for a few records, of which one is needed. */
  private static final int FETCH_BYTES = 64 << 10;

  private static final Duration WAIT = Duration.ofMillis(100);
  private static final int ATTEMPTS = 300;

  private final PartitionReader reader;

  Successors(PartitionReader.Opener opener, int partition) {
    this.reader = opener.open(partition, FETCH_BYTES);
  }

  /**
   * The record at an offset; empty when compaction has removed it, because there is a later record
   * with its key.
   *
   * @throws TimeoutException when the broker does not deliver the record within 30 s
   */
  Optional<PartitionReader.Entry> at(long offset) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      PartitionReader.Batch batch = reader.read(offset, WAIT);
      if (batch.next() > offset) {
        return batch.entries().stream().filter(entry -> entry.offset() == offset).findFirst();
      }
    }
    throw new TimeoutException("a representation could not be fetched from its topic");
  }

  void close() {
    reader.close();
  }
}
