package io.sluice.streams.rules;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.Condition;
import io.sluice.schemas.validation.EligibilityRules;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Pattern;

/** A condition on the source of a candidate or on an entry of its metadata. */
final class FieldRule implements EligibilityRule {
  /** A number as JSON writes it. {@link Double#parseDouble} accepts more, such as 1d and NaN. */
  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

  private final Condition condition;
  private final Set<String> in;
  private final Set<String> notIn;

  FieldRule(Condition condition) {
    this.condition = condition;
    this.in = Set.copyOf(condition.getIn());
    this.notIn = Set.copyOf(condition.getNotIn());
  }

  @Override
  public Optional<String> reasonAgainst(CandidateFacts candidate) {
    Optional<String> value = value(candidate.representation().getCandidate());
    if (value.isEmpty()) {
      return condition.getMissing() ? Optional.empty() : reason("missing");
    }
    if (!comparesValues()) {
      return condition.getMissing() ? reason("where") : Optional.empty();
    }
    if (!in.isEmpty() && !in.contains(value.get()) || notIn.contains(value.get())) {
      return reason("where");
    }
    return isRange() ? reasonOutOfRange(value.get()) : Optional.empty();
  }

  /** The value of the field; empty when the candidate does not have it, or it is an empty text. */
  private Optional<String> value(Candidate candidate) {
    String field = condition.getField();
    String value =
        field.equals(EligibilityRules.SOURCE)
            ? candidate.getSource()
            : candidate
                .getMetadata()
                .getOrDefault(field.substring(EligibilityRules.METADATA.length()), "");
    return Optional.of(value).filter(text -> !text.isEmpty());
  }

  private boolean comparesValues() {
    return !in.isEmpty() || !notIn.isEmpty() || isRange();
  }

  private boolean isRange() {
    return !condition.getLeast().isEmpty() || !condition.getMost().isEmpty();
  }

  private Optional<String> reasonOutOfRange(String value) {
    OptionalDouble number = number(value);
    if (number.isEmpty()) {
      return reason("not_a_number");
    }
    boolean within =
        condition.getLeast().stream().allMatch(least -> number.getAsDouble() >= least)
            && condition.getMost().stream().allMatch(most -> number.getAsDouble() <= most);
    return within ? Optional.empty() : reason("where");
  }

  private static OptionalDouble number(String value) {
    return NUMBER.matcher(value).matches()
        ? OptionalDouble.of(Double.parseDouble(value))
        : OptionalDouble.empty();
  }

  private Optional<String> reason(String why) {
    return Optional.of(why + ":" + condition.getField());
  }
}
