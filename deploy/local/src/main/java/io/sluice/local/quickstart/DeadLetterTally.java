package io.sluice.local.quickstart;

import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.deadletter.DeadLetterHeaders;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Serdes;

/** Counts the dead letters that are published after its creation, by topic and reason. */
final class DeadLetterTally implements AutoCloseable {
  private final TopicTail<byte[], byte[]> tail;
  private final Map<Outcome.Cause, Integer> counts = new HashMap<>();

  /** Begins at the current end of the topic of dead letters. */
  DeadLetterTally(KafkaAccess kafka) {
    tail =
        TopicTail.fromNow(
            kafka, kafka.topics().deadLetters(), Serdes.ByteArray(), Serdes.ByteArray());
  }

  /** Counts the dead letters that were published since the last call. */
  void advance() {
    tail.advance(
        record ->
            counts.merge(
                new Outcome.Cause(
                    header(record, DeadLetterHeaders.TOPIC),
                    header(record, DeadLetterHeaders.REASON)),
                1,
                Integer::sum));
  }

  /** Returns the number of dead letters by cause; a copy. */
  Map<Outcome.Cause, Integer> counts() {
    return Map.copyOf(counts);
  }

  /** Returns the number of all dead letters. */
  int total() {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Returns the reason of a dead letter from this topic, or empty when there is none. */
  Optional<String> reasonIn(String topic) {
    return counts.keySet().stream()
        .filter(cause -> cause.topic().equals(topic))
        .map(Outcome.Cause::reason)
        .findFirst();
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    String text = DeadLetterHeaders.text(record.headers(), name);
    return text.isEmpty() ? "unknown" : text;
  }

  @Override
  public void close() {
    tail.close();
  }
}
