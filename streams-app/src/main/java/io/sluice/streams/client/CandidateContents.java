package io.sluice.streams.client;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.Representation;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.serde.RegistryOutage;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads what a candidate consists of. Thread-safe; every call reads the topics anew. */
public final class CandidateContents {
  private final KafkaAccess kafka;

  /** Creates a reader. */
  public CandidateContents(KafkaAccess kafka) {
    this.kafka = kafka;
  }

  /**
   * The candidate in a record of the topic of representations.
   *
   * @param offset the record's offset in the candidate's partition
   * @return empty when the record is another one's, or compaction has removed it
   */
  public Optional<Candidate> represented(String candidateId, long offset) {
    return TopicSnapshot.recordAt(kafka, kafka.topics().representations(), candidateId, offset)
        .flatMap(
            record ->
                decoded(
                    () ->
                        kafka
                            .serdes()
                            .value(Representation.class)
                            .deserializer()
                            .deserialize(record.topic(), record.value())))
        .map(Representation::getCandidate)
        .filter(candidate -> candidate.getId().equals(candidateId));
  }

  /**
   * The last record of a candidate in the topic of candidates, in the partition in which Sluice
   * writes it.
   *
   * @param each is called for every record that is read, and may end the reading by throwing
   */
  public Sent sent(String candidateId, Runnable each) {
    Optional<ConsumerRecord<byte[], byte[]>> record =
        TopicSnapshot.lastOf(kafka, kafka.topics().candidates(), candidateId, each);
    if (record.isEmpty()) {
      return new Sent(State.UNKNOWN, Optional.empty());
    } else if (record.get().value() == null) {
      return new Sent(State.RETRACTED, Optional.empty());
    }
    Optional<Candidate> candidate =
        decoded(
            () ->
                kafka
                    .serdes()
                    .value(Candidate.class)
                    .deserializer()
                    .deserialize(record.get().topic(), record.get().value()));
    return new Sent(candidate.isPresent() ? State.SENT : State.UNREADABLE, candidate);
  }

  private static <T> Optional<T> decoded(Supplier<T> read) {
    try {
      return Optional.ofNullable(read.get());
    } catch (RuntimeException e) {
      if (RegistryOutage.isCauseOf(e)) {
        throw e;
      }
      return Optional.empty();
    }
  }

  /** What the topic of candidates says about a candidate. */
  public enum State {
    /** It has no record of it. */
    UNKNOWN,
    /** Its last record retracts it. */
    RETRACTED,
    /** Its last record cannot be read, and is a dead letter. */
    UNREADABLE,
    /** It was sent. */
    SENT
  }

  /**
   * The last record of a candidate.
   *
   * @param candidate the candidate, if it was sent
   */
  public record Sent(State state, Optional<Candidate> candidate) {}
}
