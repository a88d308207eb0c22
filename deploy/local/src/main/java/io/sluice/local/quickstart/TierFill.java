package io.sluice.local.quickstart;

import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.TierStatus;
import io.sluice.streams.revision.SubsetSizes;
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
 * @param full whether no candidate can be added without another one leaving
 */
public record TierFill(int budget, int filled, long budgetTokens, long tokens, boolean full) {
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
                  tier.map(TierStatus::getTokens).orElse(0L),
                  tier.map(SubsetSizes::isFull).orElse(false));
            })
        .toList();
  }

  /**
   * The larger one of the shares of the examples and of the tokens that are filled, 0 to 1; 1 if
   * the subset is full, which it may be with fewer examples and tokens.
   */
  double share() {
    if (full) {
      return 1;
    }
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

  /**
   * Examples of the budget, such as {@code 37/50}. With budgets in tokens, the tokens of the budget
   * follow, and whether the subset is full: {@code 37/50 (980/1000 tokens, full)}.
   */
  @Override
  public String toString() {
    String examples = filled + "/" + budget;
    return budgetTokens == 0
        ? examples
        : "%s (%d/%d tokens%s)".formatted(examples, tokens, budgetTokens, full ? ", full" : "");
  }
}
