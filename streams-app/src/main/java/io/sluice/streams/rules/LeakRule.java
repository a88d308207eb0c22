package io.sluice.streams.rules;

import java.util.Optional;

/**
 * Leaves out candidates that share text with the task.
 *
 * @param index recognises them
 */
record LeakRule(LeakIndex index) implements EligibilityRule {
  @Override
  public Optional<String> reasonAgainst(CandidateFacts candidate) {
    return index.sharesText(candidate.phrases()) ? Optional.of("leak") : Optional.empty();
  }
}
