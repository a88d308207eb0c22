package io.sluice.streams.api;

import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.arm.ArmName;
import io.sluice.streams.report.Difference;
import io.sluice.streams.report.EvaluationSet;
import io.sluice.streams.report.JobReport;
import java.util.List;
import java.util.Optional;

/**
 * What the trainings of a job were worth.
 *
 * @param comparedWith the arm that differences are to: {@code random} if there are results of it,
 *     otherwise {@code none}; absent as long as there are none of either
 * @param results the arms that have been trained and evaluated so far
 */
record ArmResults(Optional<String> comparedWith, List<ArmResult> results) {
  /** The results that a trainer reported last; none without a report. */
  static ArmResults of(FineTuneJob job, Optional<FineTuneResult> last) {
    return last.map(each -> of(new JobReport(job, each)))
        .orElseGet(() -> new ArmResults(Optional.empty(), List.of()));
  }

  private static ArmResults of(JobReport report) {
    List<ArmName> arms = report.arms();
    Optional<ArmName> other =
        arms.contains(ArmName.RANDOM)
            ? Optional.of(ArmName.RANDOM)
            : Optional.of(ArmName.NONE).filter(arms::contains);
    return new ArmResults(
        other.map(ArmName::label),
        arms.stream().map(arm -> ArmResult.of(report, arm, other)).toList());
  }

  /**
   * An arm that was trained and evaluated. Losses are in nats per token.
   *
   * @param arm name of a further arm, or none, random or selected
   * @param further whether it is a further arm
   * @param algorithm of a further arm
   * @param representationId of a further arm
   * @param seeds how many seeds it was trained with
   * @param draws how many random subsets it has
   * @param queryLoss loss on the queries
   * @param heldOutLoss loss on the held-out examples
   * @param queryDifference the first minus that of the arm that is compared with
   * @param heldOutDifference the second minus that of the arm that is compared with
   */
  record ArmResult(
      String arm,
      boolean further,
      Optional<String> algorithm,
      Optional<String> representationId,
      int seeds,
      int draws,
      Optional<MeanView> queryLoss,
      Optional<MeanView> heldOutLoss,
      Optional<DifferenceView> queryDifference,
      Optional<DifferenceView> heldOutDifference) {
    static ArmResult of(JobReport report, ArmName arm, Optional<ArmName> other) {
      return new ArmResult(
          arm.label(),
          report.further(arm).isPresent(),
          report.further(arm).map(each -> each.getAlgorithm()),
          report.further(arm).map(each -> each.getRepresentationId()),
          report.seeds(arm),
          report.draws(arm),
          report.loss(EvaluationSet.QUERIES, arm).map(MeanView::of),
          report.loss(EvaluationSet.HELD_OUT, arm).map(MeanView::of),
          difference(report, EvaluationSet.QUERIES, arm, other),
          difference(report, EvaluationSet.HELD_OUT, arm, other));
    }

    private static Optional<DifferenceView> difference(
        JobReport report, EvaluationSet set, ArmName arm, Optional<ArmName> other) {
      return other
          .filter(reference -> !reference.equals(arm))
          .flatMap(reference -> report.difference(set, arm, reference))
          .map(DifferenceView::of);
    }
  }

  /**
   * A difference of losses, as described in {@link Difference}.
   *
   * @param standardError all three combined
   * @param clear whether it is hardly chance: more than two standard errors
   */
  record DifferenceView(
      double mean,
      double standardError,
      double errorOverExamples,
      double errorOverSeeds,
      double errorOverDraws,
      boolean clear) {
    static DifferenceView of(Difference difference) {
      return new DifferenceView(
          difference.mean(),
          difference.standardError(),
          difference.overExamples(),
          difference.overSeeds(),
          difference.overDraws(),
          difference.isClear());
    }
  }
}
