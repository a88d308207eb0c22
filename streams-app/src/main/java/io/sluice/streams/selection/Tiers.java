package io.sluice.streams.selection;

import java.util.List;

/**
 * The budgets of a task, ascending, and the tier of each slot.
 *
 * <p>The subset of budget b is slots 0 to b - 1, so one selection of the largest budget holds all
 * subsets, and a slot's tier is the smallest budget above it. One admission can move many
 * candidates to other slots, but at most one of them crosses each budget and at most one leaves, so
 * at most {@code budgets().size() + 1} candidates change their tier. For this reason, tiers are
 * published and slots are not.
 *
 * @param budgets subset sizes in examples: at least one, each at least 1, strictly ascending
 */
public record Tiers(List<Integer> budgets) {
  /**
   * Creates the tiers.
   *
   * @throws IllegalArgumentException when there is no budget, one is below 1, or they do not ascend
   *     strictly
   */
  public Tiers {
    budgets = List.copyOf(budgets);
    if (budgets.isEmpty()) {
      throw new IllegalArgumentException("no budget: give at least one budget");
    }
    int previous = 0;
    for (int budget : budgets) {
      if (budget < 1) {
        throw new IllegalArgumentException(
            "budget " + budget + ": a budget is a number of examples, at least 1");
      }
      if (budget <= previous) {
        throw new IllegalArgumentException(
            "budget "
                + budget
                + " after "
                + previous
                + ": give each budget once, in ascending order");
      }
      previous = budget;
    }
  }

  /** The largest budget, which is the budget of the selection that contains all tiers. */
  public int largest() {
    return budgets.get(budgets.size() - 1);
  }

  /**
   * The tier of a slot.
   *
   * @param slot from 0 to {@code largest() - 1}
   * @return the smallest budget above the slot
   * @throws IndexOutOfBoundsException when no budget includes the slot
   */
  public int tierOf(int slot) {
    if (slot >= 0) {
      for (int budget : budgets) {
        if (slot < budget) {
          return budget;
        }
      }
    }
    throw new IndexOutOfBoundsException("slot " + slot + " is in none of the budgets " + budgets);
  }
}
