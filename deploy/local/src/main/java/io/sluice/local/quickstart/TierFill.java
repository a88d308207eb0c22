package io.sluice.local.quickstart;

import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.TierStatus;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How far the subset of a budget is filled.
 *
 * @param budget examples that the subset can have
 * @param filled examples that it has
 * @param budgetTokens learnt tokens that it can have; 0 when the task has no budgets in tokens, and
 *     otherwise the subset may be full with fewer examples than the budget
 * @param tokens learnt tokens that it has; 0 when the task has no budgets in tokens
 */
public record TierFill(int budget, int filled, long budgetTokens, long tokens) {
  /**
   * Returns the tiers of a task, by ascending budget.
   *
   * @param status the status of the task's revision; when empty, nothing is selected yet
   */
  public static List<TierFill> of(TargetTask task, Optional<TaskStatus> status) {
    return IntStream.range(0, task.getBudgets().size())
        .mapToObj(
            i -> {
              Optional<TierStatus> tier = status.map(known -> known.getTiers().get(i));
              return new TierFill(
                  task.getBudgets().get(i),
                  tier.map(TierStatus::getFilled).orElse(0),
                  task.getBudgetTokens().isEmpty() ? 0 : task.getBudgetTokens().get(i),
                  tier.map(TierStatus::getTokens).orElse(0L));
            })
        .toList();
  }

  /** The larger one of the shares of the examples and of the tokens that are filled, 0 to 1. */
  double share() {
    double ofExamples = (double) filled / budget;
    return budgetTokens == 0 ? ofExamples : Math.max(ofExamples, (double) tokens / budgetTokens);
  }

  /**
   * Describes a subset whose selection has ended: its number of examples, with the budget behind it
   * if that is another number, and its tokens.
   */
  String size() {
    return filled == budget && budgetTokens == 0 ? Integer.toString(filled) : toString();
  }

  /** Examples of the budget, such as {@code 37/50}, and in brackets tokens of the budget. */
  @Override
  public String toString() {
    String examples = filled + "/" + budget;
    return budgetTokens == 0
        ? examples
        : "%s (%d/%d tokens)".formatted(examples, tokens, budgetTokens);
  }
}
