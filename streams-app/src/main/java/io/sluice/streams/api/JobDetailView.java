package io.sluice.streams.api;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.sluice.schemas.ArmOutcome;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.arm.ArmName;
import io.sluice.streams.api.JobStateView.ProgressView;
import io.sluice.streams.report.Difference;
import io.sluice.streams.report.EvaluationSet;
import io.sluice.streams.report.JobReport;
import io.sluice.streams.watch.JobReports;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A job with all that trainers have reported about it.
 *
 * @param job the job
 * @param report how it is getting on
 * @param comparedWith the arm that differences are to: {@code random} if the job has results of it,
 *     otherwise {@code none}; absent as long as it has neither
 * @param results the arms that have been trained and evaluated so far
 * @param outcomes the models of these arms, one by one
 * @param progress what was reported of training runs, oldest first
 * @param output folder of the models; empty before the job has finished
 * @param log the last lines that a program which trains has written; absent when the trainer has
 *     reported none
 * @param logWhy why there are none, and where to look; otherwise where the whole log is
 */
record JobDetailView(
    JobView job,
    JobStateView report,
    Optional<String> comparedWith,
    List<ArmResult> results,
    List<OutcomeView> outcomes,
    List<StepView> progress,
    String output,
    Optional<String> log,
    String logWhy) {
  private static final String END_OF_LOG =
      "the last lines of a training run; all of them are in train.log in the folder of the run on"
          + " the machine of the trainer";
  private static final String NO_LOG =
      "the trainer has reported none: only the launcher 'command' has a program whose output it can"
          + " report. See the log of the trainer, the folder of the job on its machine, or the log"
          + " of the Kubernetes Job";

  static JobDetailView of(
      FineTuneJob job, Optional<FineTuneResult> result, List<JobReports.Step> steps) {
    JobView view = JobView.of(job);
    Optional<JobReport> report = result.map(each -> new JobReport(job, each));
    List<ArmName> arms = report.map(JobReport::arms).orElse(List.of());
    Optional<ArmName> other =
        arms.contains(ArmName.RANDOM)
            ? Optional.of(ArmName.RANDOM)
            : Optional.of(ArmName.NONE).filter(arms::contains);
    Optional<String> log = result.map(FineTuneResult::getLog).filter(lines -> !lines.isEmpty());
    return new JobDetailView(
        view,
        JobStateView.of(Json.tree(view), result),
        other.map(ArmName::label),
        arms.stream().map(arm -> ArmResult.of(report.orElseThrow(), arm, other)).toList(),
        result.stream().flatMap(each -> each.getOutcomes().stream()).map(OutcomeView::of).toList(),
        steps.stream().map(StepView::of).toList(),
        result.map(FineTuneResult::getOutput).orElse(""),
        log,
        log.isPresent() ? END_OF_LOG : NO_LOG);
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

  /** A difference of losses, as described in {@link Difference}; clear if it is hardly chance. */
  record DifferenceView(
      double mean,
      double errorOverExamples,
      double errorOverSeeds,
      double errorOverDraws,
      boolean clear) {
    static DifferenceView of(Difference difference) {
      return new DifferenceView(
          difference.mean(),
          difference.overExamples(),
          difference.overSeeds(),
          difference.overDraws(),
          difference.isClear());
    }
  }

  /** One model, as described in the schema {@code ArmOutcome}. */
  record OutcomeView(
      String arm,
      String name,
      int seed,
      MeanView queryLoss,
      Optional<MeanView> heldOutLoss,
      double seconds,
      long tokens,
      String output) {
    static OutcomeView of(ArmOutcome outcome) {
      return new OutcomeView(
          outcome.getArm().name().toLowerCase(Locale.ROOT),
          outcome.getName(),
          outcome.getSeed(),
          MeanView.of(outcome.getQueryLoss()),
          outcome.getHeldOutLoss().stream().findFirst().map(MeanView::of),
          outcome.getSeconds(),
          outcome.getTokens(),
          outcome.getOutput());
    }
  }

  /** What was reported of a training run, and when. */
  record StepView(String at, @JsonUnwrapped ProgressView run) {
    static StepView of(JobReports.Step step) {
      return new StepView(
          Instant.ofEpochMilli(step.at()).toString(), ProgressView.of(step.progress()));
    }
  }
}
