package io.sluice.streams.rules;

import java.util.Optional;

/**
 * Limits of the number of tokens of a whole example, before it is cut to the length limit of the
 * representation.
 *
 * @param least the least number; 0 for no limit
 * @param most the greatest number; 0 for no limit
 */
record LengthRule(int least, int most) implements EligibilityRule {
  @Override
  public Optional<String> reasonAgainst(CandidateFacts candidate) {
    int tokens = candidate.representation().getUncutTokens();
    if (tokens == 0) {
      return Optional.of("unknown_tokens");
    }
    if (tokens < least) {
      return Optional.of("min_tokens");
    }
    return most > 0 && tokens > most ? Optional.of("max_tokens") : Optional.empty();
  }
}
