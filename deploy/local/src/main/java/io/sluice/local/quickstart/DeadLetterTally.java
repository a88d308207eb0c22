package io.sluice.local.quickstart;

import io.sluice.streams.client.KafkaAccess;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.Serdes;

/** Counts the dead letters since it was opened, by topic and reason. */
final class DeadLetterTally implements AutoCloseable {
  private final TopicTail<byte[], byte[]> tail;
  private final Map<Outcome.Cause, Integer> counts = new HashMap<>();

  /** Counts from now on. */
  DeadLetterTally(KafkaAccess kafka) {
    tail =
        TopicTail.fromNow(
            kafka, kafka.topics().deadLetters(), Serdes.ByteArray(), Serdes.ByteArray());
  }

  /** Takes in what has come since the last call. */
  void advance() {
    tail.advance(
        record ->
            counts.merge(
                new Outcome.Cause(header(record, "sluice.topic"), header(record, "sluice.reason")),
                1,
                Integer::sum));
  }

  /** How many letters there are of each cause. */
  Map<Outcome.Cause, Integer> counts() {
    return Map.copyOf(counts);
  }

  /** How many letters there are. */
  int total() {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Why a record of this topic became a dead letter, when one did. */
  Optional<String> reasonIn(String topic) {
    return counts.keySet().stream()
        .filter(cause -> cause.topic().equals(topic))
        .map(Outcome.Cause::reason)
        .findFirst();
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null ? "unknown" : new String(header.value(), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    tail.close();
  }
}
