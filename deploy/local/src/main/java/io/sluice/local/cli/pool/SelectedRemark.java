package io.sluice.local.cli.pool;

import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.streams.client.Subset;
import io.sluice.streams.revision.SubsetSizes;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Says why a subset has fewer examples than were asked for, and which budget in tokens it has when
 * the task has none for that number of examples.
 */
final class SelectedRemark {
  private SelectedRemark() {}

  /**
   * Returns the remark; empty when the subset is as large as a budget of the task.
   *
   * @param budget the number of examples that were asked for
   * @param status the status of the subset's task, of any revision; empty when there is none
   */
  static Optional<String> of(Subset subset, int budget, Optional<TaskStatus> status) {
    String remark =
        Stream.of(size(subset, budget, status), tokens(subset, budget))
            .flatMap(Optional::stream)
            .collect(Collectors.joining("; "));
    return Optional.of(remark).filter(text -> !text.isEmpty());
  }

  private static Optional<String> tokens(Subset subset, int budget) {
    TargetTask task = subset.task();
    if (task.getBudgetTokens().isEmpty() || task.getBudgets().contains(budget)) {
      return Optional.empty();
    }
    int tier = tier(subset, budget);
    return Optional.of(
        "%d is none of the task's budgets and has no number of learnt tokens of its own: the %d of the budget %d apply"
            .formatted(budget, task.getBudgetTokens().get(tier), task.getBudgets().get(tier)));
  }

  private static Optional<String> size(Subset subset, int budget, Optional<TaskStatus> status) {
    int count = subset.entries().size();
    if (count >= budget) {
      return Optional.empty();
    }
    if (!isFull(subset, budget, status)) {
      String soFar = "%d of %d are selected so far".formatted(count, budget);
      return Optional.of(
          status.isPresent()
              ? soFar
              : soFar + "; no streams-app has reported on the task: does 'sluice streams' run?");
    }
    long used =
        subset.entries().stream().mapToLong(entry -> entry.instruction().getLearntTokens()).sum();
    return Optional.of(
        "%d of %d are selected, and the budget is full by its learnt tokens, %d of %d: %s"
            .formatted(
                count,
                budget,
                used,
                subset.task().getBudgetTokens().get(tier(subset, budget)),
                count == 0
                    ? "the first candidate alone has more"
                    : "the next candidate would not fit"));
  }

  /**
   * Whether tokens end the subset. A number of examples between two budgets has the tokens of the
   * larger one.
   */
  private static boolean isFull(Subset subset, int budget, Optional<TaskStatus> status) {
    int ofTier = subset.task().getBudgets().get(tier(subset, budget));
    return !subset.task().getBudgetTokens().isEmpty()
        && status.stream()
            .filter(known -> known.getRevision() == subset.task().getRevision())
            .flatMap(known -> known.getTiers().stream())
            .anyMatch(tier -> tier.getBudget() == ofTier && SubsetSizes.isFull(tier));
  }

  /** The index of the smallest of the task's budgets that is not below a number of examples. */
  private static int tier(Subset subset, int budget) {
    int tier = 0;
    while (subset.task().getBudgets().get(tier) < budget) {
      tier++;
    }
    return tier;
  }
}
