package io.sluice.streams.topology;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.Condition;
import io.sluice.schemas.Duplicates;
import io.sluice.schemas.Leaks;
import io.sluice.schemas.Representation;
import io.sluice.schemas.Rules;
import io.sluice.schemas.TargetTask;
import java.util.Optional;

/** Judges candidates by the rules of a task, written the plain way. */
final class PlainRules {
  private PlainRules() {}

  /** The reason why a candidate is left out; empty when it is eligible. */
  static Optional<String> reason(TargetTask task, Representation representation) {
    Rules rules = task.getRules();
    for (Condition condition : rules.getWhere()) {
      String verdict = verdict(condition, representation.getCandidate());
      if (!verdict.isEmpty()) {
        return Optional.of(verdict + ":" + condition.getField());
      }
    }
    int tokens = representation.getUncutTokens();
    if (rules.getMinTokens() + rules.getMaxTokens() > 0) {
      if (tokens == 0) {
        return Optional.of("unknown_tokens");
      } else if (tokens < rules.getMinTokens()) {
        return Optional.of("min_tokens");
      } else if (rules.getMaxTokens() != 0 && tokens > rules.getMaxTokens()) {
        return Optional.of("max_tokens");
      }
    }
    if (rules.getLeaks() == Leaks.EXCLUDE && isLeak(representation)) {
      return Optional.of("leak");
    }
    boolean unknown = representation.getTokensHash().remaining() == 0;
    if (rules.getDuplicates() == Duplicates.ONE && unknown) {
      return Optional.of("unknown_content");
    }
    return !task.getBudgetTokens().isEmpty() && representation.getLearntTokens() == 0
        ? Optional.of("unknown_learnt_tokens")
        : Optional.empty();
  }

  /** Whether a candidate has the prompt that all queries of {@code Examples} have. */
  static boolean isLeak(Representation representation) {
    return representation.getCandidate().getMessages().get(0).getContent().equals("ask");
  }

  private static String verdict(Condition condition, Candidate candidate) {
    String value =
        condition.getField().equals("source")
            ? candidate.getSource()
            : candidate.getMetadata().getOrDefault(condition.getField().substring(9), "");
    boolean values = !condition.getIn().isEmpty() || !condition.getNotIn().isEmpty();
    boolean range = !condition.getLeast().isEmpty() || !condition.getMost().isEmpty();
    if (value.isEmpty()) {
      return condition.getMissing() ? "" : "missing";
    }
    if (!values && !range) {
      return condition.getMissing() ? "where" : "";
    }
    if (!condition.getIn().isEmpty() && !condition.getIn().contains(value)
        || condition.getNotIn().contains(value)) {
      return "where";
    }
    if (range && !Character.isDigit(value.charAt(0))) {
      return "not_a_number";
    }
    return range
            && (condition.getLeast().stream().anyMatch(least -> Double.valueOf(value) < least)
                || condition.getMost().stream().anyMatch(most -> Double.valueOf(value) > most))
        ? "where"
        : "";
  }
}
