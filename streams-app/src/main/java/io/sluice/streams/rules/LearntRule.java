package io.sluice.streams.rules;

import java.util.Optional;

/** Budgets can be counted in learnt tokens only if these are known of each candidate. */
record LearntRule() implements EligibilityRule {
  @Override
  public Optional<String> reasonAgainst(CandidateFacts candidate) {
    return candidate.representation().getLearntTokens() > 0
        ? Optional.empty()
        : Optional.of("unknown_learnt_tokens");
  }
}
