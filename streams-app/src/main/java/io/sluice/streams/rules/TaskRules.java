package io.sluice.streams.rules;

import io.sluice.schemas.Duplicates;
import io.sluice.schemas.Leaks;
import io.sluice.schemas.Rules;
import io.sluice.schemas.TargetTask;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The rules of one revision of a task. Immutable and thread-safe. */
public final class TaskRules {
  private final List<EligibilityRule> rules;

  /**
   * Recognises candidates that share text with the task, if these are reported and not left out.
   */
  private final Optional<LeakIndex> reported;

  private TaskRules(List<EligibilityRule> rules, Optional<LeakIndex> reported) {
    this.rules = List.copyOf(rules);
    this.reported = reported;
  }

  /** The rules of a task, in the order in which they are applied. */
  public static TaskRules of(TargetTask task) {
    Rules given = task.getRules();
    List<EligibilityRule> rules = new ArrayList<>();
    given.getWhere().forEach(condition -> rules.add(new FieldRule(condition)));
    if (given.getMinTokens() > 0 || given.getMaxTokens() > 0) {
      rules.add(new LengthRule(given.getMinTokens(), given.getMaxTokens()));
    }
    if (given.getLeaks() == Leaks.EXCLUDE) {
      rules.add(new LeakRule(LeakIndex.of(task)));
    }
    if (given.getDuplicates() == Duplicates.ONE) {
      rules.add(new ContentRule());
    }
    if (!task.getBudgetTokens().isEmpty()) {
      rules.add(new LearntRule());
    }
    return new TaskRules(
        rules,
        given.getLeaks() == Leaks.REPORT ? Optional.of(LeakIndex.of(task)) : Optional.empty());
  }

  /** Whether no rule leaves a candidate out, so that every candidate is eligible. */
  public boolean isEmpty() {
    return rules.isEmpty();
  }

  /**
   * Judges a candidate.
   *
   * @return the reason of the first rule that it does not meet; empty when it is eligible
   */
  public Optional<String> reasonAgainst(CandidateFacts candidate) {
    for (EligibilityRule rule : rules) {
      Optional<String> reason = rule.reasonAgainst(candidate);
      if (reason.isPresent()) {
        return reason;
      }
    }
    return Optional.empty();
  }

  /** The reasons of all rules that a candidate does not meet, in the order of the rules. */
  public List<String> reasonsAgainst(CandidateFacts candidate) {
    return rules.stream().flatMap(rule -> rule.reasonAgainst(candidate).stream()).toList();
  }

  /**
   * Finds what a candidate shares text with, whatever the rules of the task say about that.
   *
   * @return the ids of queries, and then of held-out examples
   */
  public static List<String> leaksWith(TargetTask task, CandidateFacts candidate) {
    return LeakIndex.sharing(task, candidate.phrases());
  }

  /**
   * Whether an eligible candidate is to be reported because it shares text with the task; never if
   * the task leaves such candidates out, or does not ask for them.
   */
  public boolean isReportedLeak(CandidateFacts candidate) {
    return reported.isPresent() && reported.get().sharesText(candidate.phrases());
  }
}
