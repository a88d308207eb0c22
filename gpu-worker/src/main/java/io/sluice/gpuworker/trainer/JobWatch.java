package io.sluice.gpuworker.trainer;

import io.sluice.schemas.FineTuneJob;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Follows a job in its partition from where it was read: whether it is still to be trained, and
 * what of its dataset was retracted.
 *
 * <p>Its consumer is in no group, so that it reads on while the group's partitions are paused.
 */
final class JobWatch implements AutoCloseable {
  private final Consumer<byte[], byte[]> consumer;
  private final TopicPartition partition;
  private final byte[] key;
  private final RecordValues<FineTuneJob> values;
  private final long end;
  private Optional<FineTuneJob> newest;

  /**
   * Begins to follow.
   *
   * @param consumer in no group; closed with this, and when this fails
   * @param from the record that the job was read from
   */
  JobWatch(
      Consumer<byte[], byte[]> consumer,
      ConsumerRecord<byte[], byte[]> from,
      FineTuneJob job,
      RecordValues<FineTuneJob> values) {
    this.consumer = consumer;
    this.partition = new TopicPartition(from.topic(), from.partition());
    this.key = job.getJobId().getBytes(StandardCharsets.UTF_8);
    this.values = values;
    this.newest = Optional.of(job);
    try {
      consumer.assign(List.of(partition));
      consumer.seek(partition, from.offset() + 1);
      this.end = consumer.endOffsets(List.of(partition)).get(partition);
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  /**
   * Reads what has arrived; returns at once.
   *
   * @return the job as it is now; empty when it was deleted
   */
  Optional<FineTuneJob> poll() {
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ZERO)) {
      if (!Arrays.equals(record.key(), key)) {
        continue;
      }
      if (record.value() == null) {
        newest = Optional.empty();
      } else {
        values.read(record.topic(), record.value()).ifPresent(job -> newest = Optional.of(job));
      }
    }
    return newest;
  }

  /** Whether all was read that was there when this began. */
  boolean isCaughtUp() {
    return consumer.position(partition) >= end;
  }

  @Override
  public void close() {
    consumer.close();
  }
}
