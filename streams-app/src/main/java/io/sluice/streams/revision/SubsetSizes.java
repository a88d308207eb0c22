package io.sluice.streams.revision;

import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TierStatus;
import io.sluice.streams.selection.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * How many of the selected candidates, in selection order, the subset of each budget of a task has.
 *
 * @param budgets the budgets, ascending
 * @param sizes the number of candidates in the subset of each budget, not descending
 * @param tokens the learnt tokens of each of these subsets; 0 unless the task has budgets in tokens
 * @param isEnded whether tokens end the subset of a budget, so that it is full although it has
 *     fewer candidates than the budget
 */
public record SubsetSizes(
    List<Integer> budgets, List<Integer> sizes, List<Long> tokens, List<Boolean> isEnded) {
  /** Copies the lists. */
  public SubsetSizes {
    budgets = List.copyOf(budgets);
    sizes = List.copyOf(sizes);
    tokens = List.copyOf(tokens);
    isEnded = List.copyOf(isEnded);
  }

  /**
   * Computes the sizes.
   *
   * @param slots the selection of the largest budget
   * @param learntTokens the learnt tokens of a candidate, by its id
   */
  public static SubsetSizes of(
      TargetTask task, List<Slot<String>> slots, ToIntFunction<String> learntTokens) {
    List<Integer> sizes = new ArrayList<>();
    List<Long> tokens = new ArrayList<>();
    List<Boolean> isEnded = new ArrayList<>();
    int size = 0;
    long sum = 0;
    for (int i = 0; i < task.getBudgets().size(); i++) {
      int most = Math.min(task.getBudgets().get(i), slots.size());
      boolean ended = false;
      if (task.getBudgetTokens().isEmpty()) {
        size = most;
      } else {
        long mostTokens = task.getBudgetTokens().get(i);
        while (size < most && sum + learntTokens.applyAsInt(slots.get(size).id()) <= mostTokens) {
          sum += learntTokens.applyAsInt(slots.get(size).id());
          size++;
        }
        // Each candidate has at least one learnt token.
        ended = size < most || sum == mostTokens;
      }
      sizes.add(size);
      tokens.add(sum);
      isEnded.add(ended);
    }
    return new SubsetSizes(task.getBudgets(), sizes, tokens, isEnded);
  }

  /**
   * The sizes of a task without budgets in tokens.
   *
   * @param selected number of candidates in the selection of the largest budget
   */
  public static SubsetSizes ofExamples(TargetTask task, int selected) {
    List<Integer> budgets = task.getBudgets();
    return new SubsetSizes(
        budgets,
        budgets.stream().map(budget -> Math.min(budget, selected)).toList(),
        budgets.stream().map(budget -> 0L).toList(),
        budgets.stream().map(budget -> false).toList());
  }

  /**
   * The longest prefix of a list of slots within the learnt tokens of a budget.
   *
   * @param mostTokens the most learnt tokens
   */
  public static List<Slot<String>> within(
      long mostTokens, List<Slot<String>> slots, ToIntFunction<String> learntTokens) {
    long sum = 0;
    int size = 0;
    while (size < slots.size()
        && sum + learntTokens.applyAsInt(slots.get(size).id()) <= mostTokens) {
      sum += learntTokens.applyAsInt(slots.get(size).id());
      size++;
    }
    return slots.subList(0, size);
  }

  /** The number of candidates in the subset of the largest budget. */
  public int largest() {
    return sizes.get(sizes.size() - 1);
  }

  /** The tier of a slot; empty when it is in none of the subsets. */
  public Optional<Integer> tierOf(int slot) {
    for (int i = 0; i < sizes.size(); i++) {
      if (slot < sizes.get(i)) {
        return Optional.of(budgets.get(i));
      }
    }
    return Optional.empty();
  }

  /** The number of candidates in the subset of one of the budgets. */
  public int of(int budget) {
    return sizes.get(budgets.indexOf(budget));
  }

  /**
   * The number of candidates in the subset of any budget: as many as the budget, if the subset of
   * the task's next budget has as many.
   *
   * @param budget 1 to the task's largest budget
   * @throws IllegalArgumentException when it is out of this range
   */
  public int within(String taskId, int budget) {
    requireRange(taskId, budgets, budget);
    int next = 0;
    while (budgets.get(next) < budget) {
      next++;
    }
    return Math.min(budget, sizes.get(next));
  }

  /**
   * Requires a budget for which a task has a subset.
   *
   * @param budgets the task's budgets, ascending
   * @throws IllegalArgumentException when it is out of range
   */
  public static void requireRange(String taskId, List<Integer> budgets, int budget) {
    int largest = budgets.get(budgets.size() - 1);
    if (budget < 1 || budget > largest) {
      throw new IllegalArgumentException(
          "budget %d is out of range: task %s has budgets 1 to %d"
              .formatted(budget, taskId, largest));
    }
  }

  /** The learnt tokens of the subset of one of the budgets. */
  public long tokensOf(int budget) {
    return tokens.get(budgets.indexOf(budget));
  }

  /**
   * Whether the subset of one of the budgets is full: it has as many candidates as the budget, or
   * its tokens end it. A subset whose first candidate alone exceeds the tokens is full with none.
   */
  public boolean isFull(int budget) {
    return isEnded(budget) || of(budget) == budget;
  }

  /** Whether the subset of a budget was {@linkplain #isFull(int) full} when this was published. */
  public static boolean isFull(TierStatus tier) {
    return tier.getFull() || tier.getFilled() >= tier.getBudget();
  }

  /** Whether tokens end the subset of one of the budgets. */
  public boolean isEnded(int budget) {
    return isEnded.get(budgets.indexOf(budget));
  }
}
