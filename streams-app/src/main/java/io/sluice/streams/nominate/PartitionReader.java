package io.sluice.streams.nominate;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.utils.Bytes;

/**
 * Reads one partition of the representations topic from any offset, beside the records that Kafka
 * Streams delivers. The topic is the only place where a shard's vectors are stored. Only committed
 * records are read. Not thread-safe; owned by the shard's processor.
 */
public interface PartitionReader extends AutoCloseable {
  /** Opens the readers of the shards. Called by several stream threads. */
  interface Opener {
    /**
     * Returns a reader of one partition. It connects to the brokers on first use.
     *
     * @param partition the partition of the representations topic
     * @param fetchBytes how many bytes to fetch ahead; a larger record is fetched nevertheless
     */
    PartitionReader open(int partition, int fetchBytes);
  }

  /**
   * A record of the partition.
   *
   * @param key the undecoded key
   * @param value the undecoded value; empty for a retraction
   */
  record Entry(long offset, Bytes key, Optional<byte[]> value) {}

  /**
   * Some consecutive records of the partition.
   *
   * @param entries the records in the order of their offsets; offsets between them may be missing
   * @param next the offset from which to read on; the offset asked for when nothing could be read
   *     yet
   */
  record Batch(List<Entry> entries, long next) {}

  /** The offset behind the last record that can be read now. */
  long end();

  /**
   * Reads the next records of the partition, at most a few dozen. Reading on from where the last
   * batch ended is fast, because records are fetched ahead.
   *
   * @param from the lowest offset to read
   * @param wait how long to wait for the broker if no record has been fetched yet
   */
  Batch read(long from, Duration wait);

  @Override
  void close();
}
