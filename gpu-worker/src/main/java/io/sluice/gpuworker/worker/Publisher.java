package io.sluice.gpuworker.worker;

import io.sluice.gpuworker.service.ServiceFailure;
import io.sluice.gpuworker.worker.Verdict.Publish;
import io.sluice.gpuworker.worker.Verdict.Reject;
import io.sluice.schemas.deadletter.DeadLetters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries verdicts out, and returns only when the brokers have acknowledged everything. Used by the
 * worker's Kafka thread alone.
 */
final class Publisher {
  private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

  private final Producer<byte[], byte[]> producer;
  private final DeadLetters deadLetters;
  private final WorkerMetrics metrics;

  Publisher(Producer<byte[], byte[]> producer, DeadLetters deadLetters, WorkerMetrics metrics) {
    this.producer = producer;
    this.deadLetters = deadLetters;
    this.metrics = metrics;
  }

  /**
   * Publishes the records and dead letters of verdicts, the records in the order of the verdicts.
   * When Kafka refuses a record because of the record itself, for example because it is too large,
   * its source becomes a dead letter, and what {@link Publish#whenRefused} names is published.
   *
   * @throws ServiceFailure when publishing fails for another reason; any of the records may have
   *     been published
   */
  void publish(List<Verdict> verdicts) {
    List<List<Future<RecordMetadata>>> sent =
        verdicts.stream().map(verdict -> send(verdict.records())).toList();
    producer.flush();
    List<Reject> rejects = new ArrayList<>();
    for (int i = 0; i < verdicts.size(); i++) {
      Optional<String> refusal = refusal(sent.get(i));
      List<Verdict> later = verdicts.subList(i + 1, verdicts.size());
      verdicts
          .get(i)
          .match(
              publish ->
                  refusal.ifPresentOrElse(
                      why -> rejects.add(refused(publish, why, later)),
                      () -> metrics.countPublished(publish)),
              reject -> rejects.add(refusal.map(why -> refused(reject, why)).orElse(reject)));
    }
    rejects.forEach(this::reject);
  }

  /**
   * Publishes what takes the place of refused records, unless a later verdict has already published
   * something under the same key.
   */
  private Reject refused(Publish publish, String reason, List<Verdict> later) {
    List<ProducerRecord<byte[], byte[]>> instead =
        publish.whenRefused().stream()
            .filter(
                record ->
                    later.stream()
                        .flatMap(verdict -> verdict.records().stream())
                        .noneMatch(other -> isOfSameKey(record, other)))
            .toList();
    Reject reject = new Reject(publish.source(), Fault.REFUSED, reason);
    return refusal(send(instead)).map(why -> refused(reject, why)).orElse(reject);
  }

  /** A rejection whose retraction was refused too. */
  private static Reject refused(Reject reject, String why) {
    return new Reject(
        reject.source(),
        reject.fault(),
        reject.reason() + "; its earlier representation could not be retracted: " + why);
  }

  private static boolean isOfSameKey(
      ProducerRecord<byte[], byte[]> one, ProducerRecord<byte[], byte[]> other) {
    return one.topic().equals(other.topic()) && Arrays.equals(one.key(), other.key());
  }

  private void reject(Reject reject) {
    ConsumerRecord<byte[], byte[]> source = reject.source();
    Future<RecordMetadata> whole = send(deadLetters.letter(source, reject.reason()));
    if (refusal(List.of(whole)).isPresent()) {
      Future<RecordMetadata> bare = send(deadLetters.letterWithoutContent(source, reject.reason()));
      refusal(List.of(bare))
          .ifPresent(
              why -> {
                throw new ServiceFailure(
                    "Kafka refuses even a dead letter without content: " + why);
              });
    }
    metrics.countDeadLetter(reject.fault());
    LOG.atWarn()
        .addKeyValue("topic", source.topic())
        .addKeyValue("partition", source.partition())
        .addKeyValue("offset", source.offset())
        .addKeyValue("fault", reject.fault())
        .addKeyValue("reason", reject.reason())
        .log("Unusable record became a dead letter");
  }

  private List<Future<RecordMetadata>> send(List<ProducerRecord<byte[], byte[]>> records) {
    return records.stream().map(this::send).toList();
  }

  private Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record) {
    try {
      return producer.send(record);
    } catch (KafkaException e) {
      throw failure(e);
    }
  }

  /**
   * Waits for acknowledgements; returns why Kafka refuses a record, if the record is the reason.
   */
  private static Optional<String> refusal(List<Future<RecordMetadata>> acknowledgements) {
    Optional<String> refusal = Optional.empty();
    for (Future<RecordMetadata> acknowledgement : acknowledgements) {
      try {
        acknowledgement.get();
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      } catch (ExecutionException e) {
        if (!isBecauseOfTheRecord(e.getCause())) {
          throw failure(e.getCause());
        }
        refusal = Optional.of(describe(e.getCause()));
      }
    }
    return refusal;
  }

  private static String describe(Throwable refusal) {
    return refusal instanceof RecordTooLargeException
        ? "its result is larger than record.max.bytes: " + refusal.getMessage()
        : "Kafka refuses its result: " + refusal.getMessage();
  }

  private static boolean isBecauseOfTheRecord(Throwable refusal) {
    return refusal instanceof RecordTooLargeException
        || refusal instanceof RecordBatchTooLargeException
        || refusal instanceof InvalidRecordException;
  }

  private static ServiceFailure failure(Throwable cause) {
    return new ServiceFailure(
        "Kafka does not accept the records: check the brokers, the topics and the permissions ("
            + cause.getMessage()
            + ")",
        cause);
  }
}
