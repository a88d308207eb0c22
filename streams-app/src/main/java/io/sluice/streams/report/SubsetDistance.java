package io.sluice.streams.report;

import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.dataset.FrozenDataset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How far the examples of a job are from the queries for which they were selected. The distance of
 * an example is 1 - score, from 0 to 2.
 *
 * @param selected mean distance of all selected examples
 * @param random mean distance of all examples of the random control, each to the query to which it
 *     is most similar; empty when there is no such control
 * @param tiers mean distances of the selected examples, tier by tier
 */
public record SubsetDistance(Estimate selected, Optional<Estimate> random, List<Tier> tiers) {
  /**
   * One tier of the selected examples.
   *
   * @param from rank of its first example, from 0
   * @param to rank after its last example: a budget of the task, in this revision or another one
   * @param distance mean distance of its examples
   */
  public record Tier(int from, int to, Estimate distance) {}

  /** Keeps an immutable copy of the list. */
  public SubsetDistance {
    tiers = List.copyOf(tiers);
  }

  /**
   * Measures the distances in a dataset.
   *
   * @param budgets the budgets at which tiers end, ascending; those larger than the dataset are
   *     ignored
   */
  public static SubsetDistance of(FrozenDataset dataset, List<Integer> budgets) {
    List<Double> selected = distances(dataset.selected());
    List<Tier> tiers = new ArrayList<>();
    int from = 0;
    for (int budget : budgets) {
      if (budget > from && budget <= selected.size()) {
        tiers.add(new Tier(from, budget, Estimate.of(selected.subList(from, budget))));
        from = budget;
      }
    }
    return new SubsetDistance(
        Estimate.of(selected),
        dataset.random().isEmpty()
            ? Optional.empty()
            : Optional.of(Estimate.of(distances(dataset.random()))),
        tiers);
  }

  private static List<Double> distances(List<DatasetRecord> records) {
    return records.stream().map(record -> 1.0 - record.getScore()).toList();
  }
}
