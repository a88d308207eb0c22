package io.sluice.gpuworker.trainer;

import io.sluice.gpuworker.job.JobProgress;

/**
 * Progress of the current job and of its current training run.
 *
 * @param doing what the trainer is doing, for people
 * @param step steps of the optimizer that are done; 0 between training runs
 * @param steps steps of the training run in total; 0 between training runs
 * @param loss mean training loss since the last report, in nats per token
 * @param tokensPerSecond tokens trained on per second
 */
public record TrainerStatus(
    String doing, int step, int steps, double loss, double tokensPerSecond) {
  static TrainerStatus of(JobProgress progress) {
    return progress
        .training()
        .map(
            run ->
                new TrainerStatus(
                    progress.detail(),
                    run.getStep(),
                    run.getSteps(),
                    run.getLoss(),
                    run.getTokensPerSecond()))
        .orElse(new TrainerStatus(progress.detail(), 0, 0, 0, 0));
  }
}
