package io.sluice.local.quickstart;

import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.streams.client.KafkaAccess;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The candidates that are represented: how many, and from which sources. */
final class Pool implements AutoCloseable {
  private final TopicTail<RepresentationKey, Representation> tail;
  private final String representationId;
  private final Map<String, String> sources = new HashMap<>();

  /** Follows the representations of one id, from the first on. */
  Pool(KafkaAccess kafka, String representationId) {
    this.tail =
        TopicTail.fromBeginning(
            kafka,
            kafka.topics().representations(),
            kafka.serdes().<RepresentationKey>key(),
            kafka.serdes().<Representation>value());
    this.representationId = representationId;
  }

  /** Takes in what has been represented since the last call. */
  void advance() {
    tail.advance(this::take);
  }

  /** Whether all that is represented now has been taken in. */
  boolean isComplete() {
    return tail.isAtEnd();
  }

  /** Distinct candidates represented and not retracted. */
  int size() {
    return sources.size();
  }

  /** The source of each, by candidate id; a copy. */
  Map<String, String> sources() {
    return Map.copyOf(sources);
  }

  private void take(ConsumerRecord<RepresentationKey, Representation> record) {
    if (!record.key().getRepresentationId().equals(representationId)) {
      return;
    }
    if (record.value() == null) {
      sources.remove(record.key().getCandidateId());
    } else {
      sources.put(record.key().getCandidateId(), record.value().getCandidate().getSource());
    }
  }

  @Override
  public void close() {
    tail.close();
  }
}
