package io.sluice.streams.report;

import io.sluice.schemas.Arm;
import io.sluice.schemas.ArmOutcome;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.JobArm;
import io.sluice.schemas.MeanLoss;
import java.util.List;
import java.util.stream.Stream;

/** Creates reports of jobs for tests. */
final class Reports {
  private Reports() {}

  static JobReport finished(String id, int budget, ArmOutcome... outcomes) {
    return report(id, budget, FineTuneState.FINISHED, "", outcomes);
  }

  static JobReport report(
      String id, int budget, FineTuneState state, String detail, ArmOutcome... outcomes) {
    FineTuneJob job =
        FineTuneJob.newBuilder()
            .setJobId(id)
            .setTaskId("maths")
            .setRevision(1)
            .setRepresentationId("default")
            .setAlgorithm("round-robin")
            .setBudget(budget)
            .setSequence(0)
            .setExamples(budget)
            .setPoolSize(100)
            .setDatasetChecksum("")
            .build();
    return new JobReport(
        job,
        FineTuneResult.newBuilder()
            .setJobId(id)
            .setTaskId("maths")
            .setState(state)
            .setDetail(detail)
            .setOutcomes(List.of(outcomes))
            .build());
  }

  /** The outcome of a further arm. */
  static ArmOutcome named(String name, ArmOutcome outcome) {
    return ArmOutcome.newBuilder(outcome).setName(name).build();
  }

  /** The report of a job that has a further arm. */
  static JobReport withArm(String name, JobReport report) {
    JobArm arm = new JobArm(name, "hidden", "f", "round-robin", false, 90L, 10, "", List.of());
    return new JobReport(
        FineTuneJob.newBuilder(report.job()).setArms(List.of(arm)).build(), report.result());
  }

  static ArmOutcome outcome(Arm arm, int seed, double loss, double error) {
    return ArmOutcome.newBuilder()
        .setArm(arm)
        .setSeed(seed)
        .setQueryLoss(new MeanLoss(loss, error, 8, List.of()))
        .build();
  }

  /** An outcome with the loss of each query, and none for held-out examples. */
  static ArmOutcome withQueryLosses(Arm arm, int seed, Float... losses) {
    return ArmOutcome.newBuilder().setArm(arm).setSeed(seed).setQueryLoss(mean(losses)).build();
  }

  /** An outcome with the loss of each held-out example, and an arbitrary loss on the queries. */
  static ArmOutcome withHeldOutLosses(Arm arm, int seed, Float... losses) {
    return ArmOutcome.newBuilder(outcome(arm, seed, 9.0, 0.5))
        .setHeldOutLoss(List.of(mean(losses)))
        .build();
  }

  private static MeanLoss mean(Float... losses) {
    Estimate mean = Estimate.of(Stream.of(losses).map(Float::doubleValue).toList());
    return new MeanLoss(mean.mean(), mean.standardError(), mean.count(), List.of(losses));
  }
}
