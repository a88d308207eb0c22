package io.sluice.streams.nominate;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.streams.deadletter.InvalidRecordException;
import io.sluice.streams.rules.CandidateFacts;
import io.sluice.streams.similarity.CandidateVectors;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A representation that a shard has received. Its content hash and its decoded vectors are computed
 * on first use and then shared by all tasks. Not thread-safe.
 */
final class Arrival {
  private final CandidateFacts facts;
  private final long offset;
  private OptionalLong content = OptionalLong.empty();
  private Optional<CandidateVectors> vectors = Optional.empty();

  /**
   * Takes a record of the partition.
   *
   * @param offset where the record is in the partition
   */
  Arrival(Representation representation, long offset) {
    this.facts = new CandidateFacts(representation);
    this.offset = offset;
  }

  long offset() {
    return offset;
  }

  /** What the rules of tasks judge. */
  CandidateFacts facts() {
    return facts;
  }

  Representation representation() {
    return facts.representation();
  }

  Candidate candidate() {
    return representation().getCandidate();
  }

  String candidateId() {
    return candidate().getId();
  }

  RepresentationKey key() {
    return new RepresentationKey(representation().getRepresentationId(), candidateId());
  }

  /** The hash of the candidate's content, see {@link StoredContent#contentOf}. */
  long content() {
    if (content.isEmpty()) {
      content = OptionalLong.of(StoredContent.contentOf(candidate()));
    }
    return content.getAsLong();
  }

  /**
   * The decoded vectors, one per checkpoint.
   *
   * @throws InvalidRecordException when a vector is all zero or has a value that is not finite
   */
  CandidateVectors vectors() {
    if (vectors.isEmpty()) {
      Representation representation = representation();
      try {
        vectors =
            Optional.of(
                CandidateVectors.of(
                    representation.getEncoding(),
                    representation.getFeatures(),
                    representation.getCheckpoints(),
                    representation.getDimension()));
      } catch (IllegalArgumentException e) {
        throw new InvalidRecordException(
            "representation of candidate '%s': %s".formatted(candidateId(), e.getMessage()));
      }
    }
    return vectors.get();
  }
}
