package io.sluice.gpuworker.trainer;

import io.sluice.schemas.FineTuneResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
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
 * Reports to topic fine-tune-results, each report in one transaction with the job's offset: so who
 * has lost the job's partition without knowing reports nothing any more, and a job's last report
 * and the step past it are one.
 */
final class JobReports implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JobReports.class);

  private final String topic;
  private final Serializer<FineTuneResult> serializer;
  private final Supplier<Producer<byte[], byte[]>> producers;
  private final Supplier<ConsumerGroupMetadata> group;
  private Optional<Producer<byte[], byte[]>> open = Optional.empty();

  /**
   * Reports of one trainer.
   *
   * @param producers makes transactional producers of one id, one at a time
   * @param group the trainer's membership as it is now
   */
  JobReports(
      String topic,
      Serializer<FineTuneResult> serializer,
      Supplier<Producer<byte[], byte[]>> producers,
      Supplier<ConsumerGroupMetadata> group) {
    this.topic = topic;
    this.serializer = serializer;
    this.producers = producers;
    this.group = group;
  }

  /**
   * Sends a report.
   *
   * @param partition the job's
   * @param offset from which the partition is to be read by who takes it next
   * @return whether Kafka is known to have it; if not, it may be there all the same, when only the
   *     answer was lost, and is to be sent again with the same content
   * @throws KafkaException when it never will be taken: access is denied, or a setting is wrong
   */
  boolean send(FineTuneResult report, TopicPartition partition, long offset) {
    try {
      Producer<byte[], byte[]> producer = producer();
      producer.beginTransaction();
      producer.send(
          new ProducerRecord<>(
              topic,
              report.getJobId().getBytes(StandardCharsets.UTF_8),
              serializer.serialize(topic, report)));
      producer.sendOffsetsToTransaction(
          Map.of(partition, new OffsetAndMetadata(offset)), group.get());
      producer.commitTransaction();
      return true;
    } catch (InterruptException e) {
      throw e;
    } catch (CommitFailedException e) {
      putOff(report, e);
      abort();
      return false;
    } catch (KafkaException e) {
      discard();
      neverHeals(e)
          .ifPresent(
              why -> {
                throw why;
              });
      putOff(report, e);
      return false;
    }
  }

  /** What of a failure's causes stays, however often the report is sent. */
  private static Optional<KafkaException> neverHeals(KafkaException failure) {
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

  private static void putOff(FineTuneResult report, KafkaException why) {
    LOG.atWarn()
        .addKeyValue("job", report.getJobId())
        .addKeyValue("state", report.getState())
        .addKeyValue("reason", why.getMessage())
        .log("Report put off");
  }

  /** The group is being rebalanced: nothing is wrong with the producer. */
  private void abort() {
    try {
      open.ifPresent(Producer::abortTransaction);
    } catch (KafkaException e) {
      discard();
    }
  }

  /** The next one ends what transaction this one has left open. */
  private void discard() {
    open.ifPresent(producer -> producer.close(Duration.ZERO));
    open = Optional.empty();
  }

  @Override
  public void close() {
    open.ifPresent(Producer::close);
    open = Optional.empty();
  }
}
