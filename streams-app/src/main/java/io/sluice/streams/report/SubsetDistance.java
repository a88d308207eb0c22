package io.sluice.streams.report;

import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.dataset.FrozenDataset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How far a job's examples are from the queries that they were chosen for: 1 - score each, 0 to 2.
 *
 * @param selected of all selected examples
 * @param random of all examples of the random control, each from the query that it is most similar
 *     to; empty when there is no such control
 * @param tiers of the selected examples tier by tier
 */
public record SubsetDistance(Estimate selected, Optional<Estimate> random, List<Tier> tiers) {
  /**
   * A tier.
   *
   * @param from rank of its first example
   * @param to rank after its last one: a budget of the task, of this revision or another
   * @param distance of its examples
   */
  public record Tier(int from, int to, Estimate distance) {}

  /** Copies the list. */
  public SubsetDistance {
    tiers = List.copyOf(tiers);
  }

  /**
   * Of a dataset.
   *
   * @param budgets at which a tier ends, ascending; those beyond the dataset are passed over
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
