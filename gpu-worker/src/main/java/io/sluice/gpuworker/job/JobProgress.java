package io.sluice.gpuworker.job;

import io.sluice.schemas.ArmOutcome;
import io.sluice.schemas.TrainingProgress;
import java.util.List;
import java.util.Optional;

/**
 * How far a job has come.
 *
 * @param attempt counts the trainers that took the job, from 1
 * @param detail what is being done, for people
 * @param training the run under way
 * @param outcomes arms and seeds that are done, those of earlier attempts first
 */
public record JobProgress(
    int attempt, String detail, Optional<TrainingProgress> training, List<ArmOutcome> outcomes) {
  public JobProgress {
    outcomes = List.copyOf(outcomes);
  }
}
