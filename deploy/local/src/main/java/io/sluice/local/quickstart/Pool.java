package io.sluice.local.quickstart;

import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.connection.KafkaAccess;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Follows the topic of representations and keeps the sources of the candidates in it. */
final class Pool implements AutoCloseable {
  private final TopicTail<RepresentationKey, Representation> tail;
  private final String representationId;
  private final Map<String, String> sources = new HashMap<>();

  /** Begins at the first record; representations of other representation ids are ignored. */
  Pool(KafkaAccess kafka, String representationId) {
    this.tail =
        TopicTail.fromBeginning(
            kafka,
            kafka.topics().representations(),
            kafka.serdes().<RepresentationKey>key(),
            kafka.serdes().<Representation>value());
    this.representationId = representationId;
  }

  /** Reads the representations that were published since the last call. */
  void advance() {
    tail.advance(this::take);
  }

  /** Whether {@link #advance} has read the topic up to its current end. */
  boolean isComplete() {
    return tail.isAtEnd();
  }

  /** Returns the number of distinct candidates that are represented and not retracted. */
  int size() {
    return sources.size();
  }

  /** Returns the source of each of these candidates, by candidate id; a copy. */
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
