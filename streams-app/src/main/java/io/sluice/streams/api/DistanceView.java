package io.sluice.streams.api;

import io.sluice.schemas.arm.ArmName;
import io.sluice.streams.report.Estimate;
import io.sluice.streams.report.SubsetDistance;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * How far the examples of a job are from its queries, as described in {@link SubsetDistance}.
 *
 * @param job id of the job
 * @param arms the mean distance of the examples of each arm that has some
 * @param tiers the same of the selected examples, tier by tier
 */
record DistanceView(String job, List<ArmDistance> arms, List<TierDistance> tiers) {
  static DistanceView of(String job, SubsetDistance distance) {
    return new DistanceView(
        job,
        distance.arms().entrySet().stream()
            .sorted(
                Comparator.comparing((Map.Entry<ArmName, Estimate> each) -> each.getKey().label()))
            .map(each -> new ArmDistance(each.getKey().label(), MeanView.of(each.getValue())))
            .toList(),
        distance.tiers().stream()
            .map(tier -> new TierDistance(tier.from(), tier.to(), MeanView.of(tier.distance())))
            .toList());
  }

  /** The distance of an arm. */
  record ArmDistance(String arm, MeanView distance) {}

  /** The distance of the selected examples from one rank to before another. */
  record TierDistance(int from, int to, MeanView distance) {}
}
