package io.sluice.streams.nominate;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.Representation;
import io.sluice.streams.deadletter.InvalidRecordException;
import io.sluice.streams.similarity.CandidateVectors;
import java.util.Optional;
import java.util.OptionalLong;

/** A representation, with what several tasks ask of it worked out once. Not thread-safe. */
final class Arrival {
  private final Representation representation;
  private OptionalLong content = OptionalLong.empty();
  private Optional<CandidateVectors> vectors = Optional.empty();

  Arrival(Representation representation) {
    this.representation = representation;
  }

  Representation representation() {
    return representation;
  }

  Candidate candidate() {
    return representation.getCandidate();
  }

  String candidateId() {
    return candidate().getId();
  }

  /** See {@link ScoredContent#contentOf}. */
  long content() {
    if (content.isEmpty()) {
      content = OptionalLong.of(ScoredContent.contentOf(candidate()));
    }
    return content.getAsLong();
  }

  /**
   * Its vectors.
   *
   * @throws InvalidRecordException when one is all zero or not finite
   */
  CandidateVectors vectors() {
    if (vectors.isEmpty()) {
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
