package io.sluice.streams.client;

import io.sluice.schemas.deadletter.DeadLetterHeaders;
import io.sluice.schemas.deadletter.DeadLetters;
import io.sluice.schemas.topic.Topics;
import io.sluice.streams.watch.DeadLetter;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;

/**
 * A dead letter as people look at it, and as it is stored.
 *
 * @param shown what it says
 * @param stored the record in the topic of dead letters
 */
public record StoredLetter(DeadLetter shown, ConsumerRecord<byte[], byte[]> stored) {
  static StoredLetter of(ConsumerRecord<byte[], byte[]> record) {
    return new StoredLetter(DeadLetter.of(record), record);
  }

  /** Which letter it is. */
  public DeadLetterId id() {
    return DeadLetterId.of(stored);
  }

  /** The headers of the original record. */
  public Headers originalHeaders() {
    return DeadLetterHeaders.without(stored.headers());
  }

  /** Why the original cannot be sent again, whatever its topic holds by now; empty if it can. */
  public Optional<String> obstacle(Topics topics) {
    if (!DeadLetterReplay.topics(topics).contains(shown.topic())) {
      return Optional.of("records of their topic are not sent again one by one");
    } else if (shown.sourcePartition() < 0 || shown.sourceOffset() < 0) {
      return Optional.of("they do not say where the record was");
    } else if (!DeadLetters.isWhole(stored)) {
      return Optional.of("they lack the content of the record, which was too large");
    } else if (stored.key() == null) {
      return Optional.of("the record has no key, so that no service would use it");
    }
    return Optional.empty();
  }

  /** The record that became this letter: topic, partition, key, value and headers. */
  ProducerRecord<byte[], byte[]> original() {
    return new ProducerRecord<>(
        shown.topic(), shown.sourcePartition(), stored.key(), stored.value(), originalHeaders());
  }
}
