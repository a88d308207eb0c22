package io.sluice.streams.report;

import io.sluice.schemas.Arm;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.JobArm;
import io.sluice.schemas.arm.ArmName;
import io.sluice.schemas.dataset.FrozenDataset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How far the examples of a job are from the queries for which they were selected. The distance of
 * an example is 1 - score, from 0 to 2.
 *
 * <p>The distances of arms of different representations are not comparable.
 *
 * @param arms mean distance of all examples of each arm that has some: of the random control, each
 *     to the query to which it is most similar
 * @param tiers mean distances of the selected examples, tier by tier
 */
public record SubsetDistance(Map<ArmName, Estimate> arms, List<Tier> tiers) {
  /**
   * One tier of the selected examples.
   *
   * @param from rank of its first example, from 0
   * @param to rank after its last example: a budget of the task, in this revision or another one
   * @param distance mean distance of its examples
   */
  public record Tier(int from, int to, Estimate distance) {}

  /** Keeps immutable copies of the collections. */
  public SubsetDistance {
    arms = Map.copyOf(arms);
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
    Map<ArmName, Estimate> arms = new HashMap<>();
    arms.put(ArmName.SELECTED, Estimate.of(selected));
    if (!dataset.random().isEmpty()) {
      arms.put(ArmName.RANDOM, Estimate.of(distances(dataset.random())));
    }
    for (JobArm arm : dataset.job().getArms()) {
      if (!arm.getRandom() && arm.getExamples() > 0) {
        ArmName name = new ArmName(Arm.SELECTED, arm.getName());
        arms.put(name, Estimate.of(distances(dataset.of(name))));
      }
    }
    return new SubsetDistance(arms, tiers);
  }

  private static List<Double> distances(List<DatasetRecord> records) {
    return records.stream().map(record -> 1.0 - record.getScore()).toList();
  }
}
