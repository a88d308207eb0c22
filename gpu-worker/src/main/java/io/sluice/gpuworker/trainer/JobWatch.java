package io.sluice.gpuworker.trainer;

import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.connection.OpenClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads newer versions of one job from its partition: the job may be cancelled, and candidates of
 * its dataset may be retracted.
 *
 * <p>Its consumer is in no group, so that it can read while the partitions of the group's consumer
 * are paused. Used by the Kafka thread alone.
 */
final class JobWatch implements AutoCloseable {
  /** Records are there, so they arrive sooner. */
  private static final Duration WAIT = Duration.ofMillis(100);

  private final Consumer<byte[], byte[]> consumer;
  private final TopicPartition partition;
  private final String jobId;
  private final RecordValues<FineTuneJob> values;
  private final NewestRecords seen;
  private final long endWhenOpened;
  private Optional<FineTuneJob> newest;

  /**
   * Opens a watch behind the record that the job was read from.
   *
   * @param consumer in no group; closed with this, and when this constructor fails
   * @param record the record that the job was read from
   * @param seen is told of all records
   */
  JobWatch(
      Consumer<byte[], byte[]> consumer,
      ConsumerRecord<byte[], byte[]> record,
      FineTuneJob job,
      RecordValues<FineTuneJob> values,
      NewestRecords seen) {
    this.consumer = consumer;
    this.partition = new TopicPartition(record.topic(), record.partition());
    this.jobId = job.getJobId();
    this.values = values;
    this.seen = seen;
    this.newest = Optional.of(job);
    try {
      consumer.assign(List.of(partition));
      consumer.seek(partition, record.offset() + 1);
      this.endWhenOpened = consumer.endOffsets(List.of(partition)).get(partition);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Reads the records that have arrived. As long as it is not caught up, it waits a moment for
   * some; otherwise it returns at once.
   *
   * @return the newest version of the job; empty when it was deleted
   */
  Optional<FineTuneJob> poll() {
    Duration wait = isCaughtUp() ? Duration.ZERO : WAIT;
    byte[] key = jobId.getBytes(StandardCharsets.UTF_8);
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(wait)) {
      seen.see(record);
      if (!Arrays.equals(record.key(), key)) {
        continue;
      }
      if (record.value() == null) {
        newest = Optional.empty();
      } else {
        values
            .read(record.topic(), record.value())
            .filter(job -> job.getJobId().equals(jobId))
            .ifPresent(job -> newest = Optional.of(job));
      }
    }
    return newest;
  }

  /** Whether all records have been read that the partition had when the watch was opened. */
  boolean isCaughtUp() {
    return consumer.position(partition) >= endWhenOpened;
  }

  @Override
  public void close() {
    OpenClient.of(consumer).close();
  }
}
