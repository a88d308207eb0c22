package io.sluice.gpuworker.trainer;

import io.sluice.gpuworker.service.PartitionFlow;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.JobState;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The jobs of the partitions that the consumer group assigns to this trainer, taken one at a time.
 *
 * <p>Used by the trainer's Kafka thread alone, which also owns the consumer.
 */
final class JobQueue {
  private static final Logger LOG = LoggerFactory.getLogger(JobQueue.class);

  private final String topic;
  private final Consumer<byte[], byte[]> consumer;
  private final RecordValues<FineTuneJob> values;
  private final NewestRecords newest;
  private final WatchFactory watches;
  private final UnusableRecords unusable;
  private final TrainerMetrics metrics;
  private final Deque<ConsumerRecord<byte[], byte[]>> fetched = new ArrayDeque<>();

  /** Opens the watch that follows a job. */
  @FunctionalInterface
  interface WatchFactory {
    /**
     * Opens a watch, which the caller closes.
     *
     * @param record the record that the job was read from: the watch reads on behind it
     */
    JobWatch open(ConsumerRecord<byte[], byte[]> record, FineTuneJob job);
  }

  /** Disposes of records that are no jobs. */
  @FunctionalInterface
  interface UnusableRecords {
    /**
     * Makes a record a dead letter, and commits the offset behind it.
     *
     * @return whether Kafka has acknowledged that; if not, call this again in the next turn
     */
    boolean report(ConsumerRecord<byte[], byte[]> record, String reason);
  }

  /**
   * A queue whose consumer has not subscribed yet.
   *
   * @param topic the topic of the jobs
   * @param consumer a member of the trainers' group; the caller closes it
   * @param newest knows what the watches have read too
   * @param metrics counts the jobs that are passed over, and the dead letters
   */
  JobQueue(
      String topic,
      Consumer<byte[], byte[]> consumer,
      RecordValues<FineTuneJob> values,
      NewestRecords newest,
      WatchFactory watches,
      UnusableRecords unusable,
      TrainerMetrics metrics) {
    this.topic = topic;
    this.consumer = consumer;
    this.values = values;
    this.newest = newest;
    this.watches = watches;
    this.unusable = unusable;
    this.metrics = metrics;
  }

  void subscribe(ConsumerRebalanceListener listener) {
    consumer.subscribe(List.of(topic), listener);
  }

  /**
   * Polls once, which keeps the membership of the group alive. Nothing is fetched while a job is
   * taken or records are waiting: all partitions are paused then.
   *
   * @param wait how long to wait for records
   */
  void poll(boolean taken, Duration wait) {
    Set<TopicPartition> assigned = consumer.assignment();
    if (taken || hasNext()) {
      PartitionFlow.pause(consumer, assigned);
    } else {
      PartitionFlow.resume(consumer, assigned);
    }
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(wait)) {
      fetched.add(record);
      newest.see(record);
    }
  }

  /** Whether a fetched record is waiting. */
  boolean hasNext() {
    return !fetched.isEmpty();
  }

  /** The number of fetched records that wait. */
  int size() {
    return fetched.size();
  }

  /**
   * Takes the next record out, unless it is unusable and Kafka has not acknowledged its dead letter
   * yet: then it stays the next one.
   *
   * @return its job; empty when the record is no job or not an open one, and when a newer record of
   *     the job follows
   */
  Optional<CurrentJob> next() {
    ConsumerRecord<byte[], byte[]> record = fetched.element();
    Optional<FineTuneJob> job;
    try {
      job = job(record);
    } catch (SerializationException e) {
      if (unusable.report(record, e.getMessage())) {
        fetched.remove();
        metrics.countDeadLetter();
      }
      return Optional.empty();
    }
    fetched.remove();
    boolean superseded = newest.isSuperseded(record);
    if (!superseded && job.filter(read -> read.getState() == JobState.OPEN).isPresent()) {
      return Optional.of(new CurrentJob(record, job.get(), watches.open(record, job.get())));
    }
    if (!superseded) {
      job.ifPresent(closed -> countPassedOver(closed, CurrentJob.NOT_OPEN));
    }
    commit(partition(record), record.offset() + 1);
    return Optional.empty();
  }

  /**
   * The job that a record holds; empty when the record deletes a job.
   *
   * @throws SerializationException when the record is unusable
   */
  private Optional<FineTuneJob> job(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return Optional.empty();
    }
    FineTuneJob job = values.decode(topic, record.value());
    if (!Arrays.equals(record.key(), job.getJobId().getBytes(StandardCharsets.UTF_8))) {
      throw new SerializationException("the record's key is not the job's id: they must be equal");
    }
    return Optional.of(job);
  }

  /**
   * Steps past a job without reporting anything about it.
   *
   * @param reason for the log
   */
  void passOver(CurrentJob current, String reason) {
    countPassedOver(current.job, reason);
    commit(current.partition, current.offset + 1);
  }

  /** Drops the waiting records of partitions that no longer belong to this trainer. */
  void forget(Collection<TopicPartition> partitions) {
    fetched.removeIf(record -> partitions.contains(partition(record)));
    newest.forget(partitions);
  }

  private void countPassedOver(FineTuneJob job, String reason) {
    LOG.atInfo()
        .addKeyValue("job", job.getJobId())
        .addKeyValue("reason", reason)
        .log("Job passed over");
    metrics.countPassedOver();
  }

  /** A commit that fails is not retried: the record would be read and passed over once more. */
  private void commit(TopicPartition partition, long offset) {
    consumer.commitAsync(
        Map.of(partition, new OffsetAndMetadata(offset)),
        (offsets, failure) -> {
          if (failure != null) {
            LOG.atInfo().addKeyValue("reason", failure.getMessage()).log("Commit left out");
          }
        });
  }

  private static TopicPartition partition(ConsumerRecord<?, ?> record) {
    return new TopicPartition(record.topic(), record.partition());
  }
}
