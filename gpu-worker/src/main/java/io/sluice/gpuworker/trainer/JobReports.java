package io.sluice.gpuworker.trainer;

import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.connection.OpenClient;
import io.sluice.schemas.deadletter.DeadLetters;
import io.sluice.schemas.topic.RecordLimit;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.Serializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends reports to the topic fine-tune-results, and dead letters of records that are no jobs, each
 * in one transaction with the offset of the record. A trainer that has lost the job's partition
 * without noticing can therefore no longer report, and a job's last report and the commit behind
 * the job happen together or not at all.
 *
 * <p>Used by the Kafka thread alone. A producer that has failed is closed, and the next report
 * opens a new one.
 */
final class JobReports implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JobReports.class);

  private final String topic;
  private final Serializer<FineTuneResult> serializer;
  private final DeadLetters deadLetters;
  private final RecordLimit limit;
  private final Supplier<Producer<byte[], byte[]>> producers;
  private final Supplier<ConsumerGroupMetadata> group;
  private Optional<Producer<byte[], byte[]>> open = Optional.empty();

  /**
   * The reports of one trainer.
   *
   * @param deadLetters creates the letters of records that are no jobs
   * @param limit size of the largest record that the topic of dead letters takes
   * @param producers creates transactional producers with the trainer's transactional id
   * @param group the current membership of the trainer's consumer
   */
  JobReports(
      String topic,
      Serializer<FineTuneResult> serializer,
      DeadLetters deadLetters,
      RecordLimit limit,
      Supplier<Producer<byte[], byte[]>> producers,
      Supplier<ConsumerGroupMetadata> group) {
    this.topic = topic;
    this.serializer = serializer;
    this.deadLetters = deadLetters;
    this.limit = limit;
    this.producers = producers;
    this.group = group;
  }

  /**
   * Sends a report.
   *
   * @param partition the job's partition
   * @param offset to commit: where the trainer that gets the partition next begins to read
   * @return whether Kafka has acknowledged the report. If not, the report may have been written all
   *     the same, when only the acknowledgement was lost; send it again with the same content
   * @throws KafkaException when retries cannot help: access is denied, or a setting is wrong
   */
  boolean send(FineTuneResult report, TopicPartition partition, long offset) {
    return send(
        () ->
            new ProducerRecord<>(
                topic,
                report.getJobId().getBytes(StandardCharsets.UTF_8),
                serializer.serialize(topic, report)),
        partition,
        offset,
        report.getState() + " of job " + report.getJobId());
  }

  /**
   * Sends a dead letter, and commits the offset behind its source.
   *
   * @return whether Kafka has acknowledged it, as for a report
   * @throws KafkaException when retries cannot help
   */
  boolean sendDeadLetter(ConsumerRecord<byte[], byte[]> source, String reason) {
    return send(
        () -> deadLetters.letterWithin(limit, source, reason),
        new TopicPartition(source.topic(), source.partition()),
        source.offset() + 1,
        "dead letter of offset " + source.offset());
  }

  /**
   * Sends a record and commits an offset, in one transaction.
   *
   * @param record creates the record; a failure to encode it is put off like one of Kafka
   * @param what the record, for the log
   */
  private boolean send(
      Supplier<ProducerRecord<byte[], byte[]>> record,
      TopicPartition partition,
      long offset,
      String what) {
    try {
      Producer<byte[], byte[]> producer = producer();
      producer.beginTransaction();
      producer.send(record.get());
      producer.sendOffsetsToTransaction(
          Map.of(partition, new OffsetAndMetadata(offset)), group.get());
      producer.commitTransaction();
      return true;
    } catch (InterruptException e) {
      throw e;
    } catch (CommitFailedException e) {
      putOff(what, e);
      abort();
      return false;
    } catch (KafkaException e) {
      discard();
      permanentCause(e)
          .ifPresent(
              why -> {
                throw why;
              });
      putOff(what, e);
      return false;
    }
  }

  /** The cause that no retry can overcome, if the failure has one. */
  private static Optional<KafkaException> permanentCause(KafkaException failure) {
    return Stream.<Throwable>iterate(failure, Objects::nonNull, Throwable::getCause)
        .filter(
            cause ->
                cause instanceof AuthorizationException
                    || cause instanceof AuthenticationException
                    || cause instanceof ConfigException)
        .map(KafkaException.class::cast)
        .findFirst();
  }

  private Producer<byte[], byte[]> producer() {
    if (open.isEmpty()) {
      Producer<byte[], byte[]> producer = producers.get();
      open = Optional.of(producer);
      producer.initTransactions();
    }
    return open.get();
  }

  private static void putOff(String what, KafkaException why) {
    LOG.atWarn()
        .addKeyValue("report", what)
        .addKeyValue("reason", why.getMessage())
        .log("Report put off");
  }

  /** The producer stays usable: the commit was refused because the group is being rebalanced. */
  private void abort() {
    try {
      open.ifPresent(Producer::abortTransaction);
    } catch (KafkaException e) {
      discard();
    }
  }

  /** The next producer aborts the transaction that this one leaves open, as it has the same id. */
  private void discard() {
    open.ifPresent(producer -> producer.close(Duration.ZERO));
    open = Optional.empty();
  }

  @Override
  public void close() {
    open.map(OpenClient::of).ifPresent(OpenClient::close);
    open = Optional.empty();
  }
}
