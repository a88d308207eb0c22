package io.sluice.streams.client;

import io.sluice.schemas.TargetTask;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.deadletter.DeadLetterHeaders;
import io.sluice.streams.audit.Evidence;
import io.sluice.streams.audit.Explanation.State;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What has become of a candidate that has no representation for a task: the topic of candidates and
 * the dead letters say. Not thread-safe.
 */
final class SentCandidates {
  private final KafkaAccess kafka;
  private final PoolProgress progress;

  SentCandidates(KafkaAccess kafka, PoolProgress progress) {
    this.kafka = kafka;
    this.progress = progress;
  }

  /**
   * Finds out about a candidate.
   *
   * @param others the representation ids under which it is represented
   */
  Evidence.Absent unrepresented(TargetTask task, String candidateId, Set<String> others) {
    String candidates = kafka.topics().candidates();
    Optional<ConsumerRecord<byte[], byte[]>> record = latest("Candidates", candidates, candidateId);
    Optional<ConsumerRecord<byte[], byte[]>> letter =
        latest("Dead letters", kafka.topics().deadLetters(), candidateId)
            .filter(each -> header(each, DeadLetterHeaders.TOPIC).equals(candidates));
    if (letter.isPresent() && record.map(each -> isOf(letter.get(), each)).orElse(true)) {
      return new Evidence.Absent(
          State.DEAD_LETTER,
          "%s (topic %s, partition %s, offset %s)"
              .formatted(
                  header(letter.get(), DeadLetterHeaders.REASON),
                  candidates,
                  header(letter.get(), DeadLetterHeaders.PARTITION),
                  header(letter.get(), DeadLetterHeaders.OFFSET)));
    } else if (record.filter(each -> each.value() == null).isPresent()) {
      return new Evidence.Absent(State.RETRACTED, "it was retracted" + place(record.get()));
    } else if (!others.isEmpty()) {
      return new Evidence.Absent(
          State.OTHER_REPRESENTATION,
          "it is represented under the representation id %s, but the task compares by '%s'"
              .formatted(String.join(", ", others), task.getRepresentationId()));
    }
    return record
        .map(
            each ->
                new Evidence.Absent(
                    State.NOT_REPRESENTED,
                    "no worker has represented it under the representation id '%s' yet%s"
                        .formatted(task.getRepresentationId(), place(each))))
        .orElseGet(
            () ->
                new Evidence.Absent(
                    State.UNKNOWN, "no topic has a record of it: was it sent, and under this id?"));
  }

  /** The last record with a text key in any partition, since other clients may spread them. */
  private Optional<ConsumerRecord<byte[], byte[]>> latest(String name, String topic, String key) {
    byte[] wanted = key.getBytes(StandardCharsets.UTF_8);
    AtomicReference<ConsumerRecord<byte[], byte[]>> found = new AtomicReference<>();
    try (PoolProgress.Stage stage = progress.begin(name, TopicSnapshot.mostRecords(kafka, topic))) {
      TopicSnapshot.forEachRecord(
          kafka,
          topic,
          record -> {
            stage.add(1);
            if (Arrays.equals(record.key(), wanted)) {
              found.set(record);
            }
          });
    }
    return Optional.ofNullable(found.get());
  }

  private static boolean isOf(
      ConsumerRecord<byte[], byte[]> letter, ConsumerRecord<byte[], byte[]> record) {
    return header(letter, DeadLetterHeaders.PARTITION).equals(String.valueOf(record.partition()))
        && header(letter, DeadLetterHeaders.OFFSET).equals(String.valueOf(record.offset()));
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return DeadLetterHeaders.text(record.headers(), name);
  }

  private static String place(ConsumerRecord<byte[], byte[]> record) {
    return " (topic %s, partition %d, offset %d)"
        .formatted(record.topic(), record.partition(), record.offset());
  }
}
