package io.sluice.gpuworker.job;

import io.sluice.schemas.ArmOutcome;
import io.sluice.schemas.TrainingProgress;
import java.util.List;
import java.util.Optional;

/**
 * The progress of a job.
 *
 * @param attempt number of the attempt, from 1: each trainer that takes the job adds 1
 * @param detail what the trainer is doing, for people
 * @param training the current training run; empty between two runs
 * @param outcomes arms and seeds that are done, those of earlier attempts first
 * @param log the last lines that a user's program has written in the current or last run; empty
 *     when none has
 */
public record JobProgress(
    int attempt,
    String detail,
    Optional<TrainingProgress> training,
    List<ArmOutcome> outcomes,
    String log) {
  public JobProgress {
    outcomes = List.copyOf(outcomes);
  }

  /** A progress between two runs, when no program has written anything. */
  public static JobProgress of(int attempt, String detail, List<ArmOutcome> outcomes) {
    return new JobProgress(attempt, detail, Optional.empty(), outcomes, "");
  }
}
