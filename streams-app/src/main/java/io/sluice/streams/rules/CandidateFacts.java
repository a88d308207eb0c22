package io.sluice.streams.rules;

import io.sluice.schemas.Representation;
import java.util.Optional;

/**
 * What rules know of a candidate: the record of its representation, and what follows from it, which
 * is computed on first use and then shared by the rules of all tasks. Not thread-safe.
 */
public final class CandidateFacts {
  private final Representation representation;
  private Optional<Phrases> phrases = Optional.empty();

  /** Creates the facts of a candidate; nothing is computed yet. */
  public CandidateFacts(Representation representation) {
    this.representation = representation;
  }

  /** The record of the candidate's representation. */
  public Representation representation() {
    return representation;
  }

  Phrases phrases() {
    if (phrases.isEmpty()) {
      phrases = Optional.of(Phrases.of(representation.getCandidate().getMessages()));
    }
    return phrases.get();
  }
}
