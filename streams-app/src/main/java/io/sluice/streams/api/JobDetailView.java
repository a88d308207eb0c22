package io.sluice.streams.api;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.sluice.schemas.ArmOutcome;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.streams.api.ArmResults.ArmResult;
import io.sluice.streams.api.JobStateView.ProgressView;
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
    ArmResults arms = ArmResults.of(job, result);
    Optional<String> log = result.map(FineTuneResult::getLog).filter(lines -> !lines.isEmpty());
    return new JobDetailView(
        view,
        JobStateView.of(Json.tree(view), result),
        arms.comparedWith(),
        arms.results(),
        result.stream().flatMap(each -> each.getOutcomes().stream()).map(OutcomeView::of).toList(),
        steps.stream().map(StepView::of).toList(),
        result.map(FineTuneResult::getOutput).orElse(""),
        log,
        log.isPresent() ? END_OF_LOG : NO_LOG);
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
      String output,
      List<LossView> trainingLosses) {
    static OutcomeView of(ArmOutcome outcome) {
      return new OutcomeView(
          outcome.getArm().name().toLowerCase(Locale.ROOT),
          outcome.getName(),
          outcome.getSeed(),
          MeanView.of(outcome.getQueryLoss()),
          outcome.getHeldOutLoss().stream().findFirst().map(MeanView::of),
          outcome.getSeconds(),
          outcome.getTokens(),
          outcome.getOutput(),
          outcome.getTrainingLosses().stream()
              .map(loss -> new LossView(loss.getStep(), loss.getLoss()))
              .toList());
    }
  }

  /** The loss of some steps, as described in the schema {@code TrainingLoss}. */
  record LossView(int step, double loss) {}

  /** What was reported of a training run, and when. */
  record StepView(String at, @JsonUnwrapped ProgressView run) {
    static StepView of(JobReports.Step step) {
      return new StepView(
          Instant.ofEpochMilli(step.at()).toString(), ProgressView.of(step.progress()));
    }
  }
}
