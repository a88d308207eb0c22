package io.sluice.streams.rules;

import java.util.Optional;

/** One rule of a task, which leaves out the candidates that do not meet it. */
sealed interface EligibilityRule permits FieldRule, LengthRule, LeakRule, ContentRule, LearntRule {
  /**
   * Judges a candidate.
   *
   * @return the reason why the rule leaves it out, as it is counted; empty when the rule does not
   */
  Optional<String> reasonAgainst(CandidateFacts candidate);
}
