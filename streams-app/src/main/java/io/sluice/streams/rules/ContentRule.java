package io.sluice.streams.rules;

import java.util.Optional;

/** Contents can count once only if they are known, so a candidate must come with its hash. */
record ContentRule() implements EligibilityRule {
  @Override
  public Optional<String> reasonAgainst(CandidateFacts candidate) {
    return candidate.representation().getTokensHash().hasRemaining()
        ? Optional.empty()
        : Optional.of("unknown_content");
  }
}
