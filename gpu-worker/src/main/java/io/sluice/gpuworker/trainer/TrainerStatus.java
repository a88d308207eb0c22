package io.sluice.gpuworker.trainer;

import io.sluice.gpuworker.job.JobProgress;

/**
 * How far the training run of the job in hand has come.
 *
 * @param doing what is being done, for people
 * @param step steps of the optimizer done; 0 while none is
 * @param steps steps that there are; 0 while that is not known
 * @param loss mean training loss since the last report, in nats a token
 * @param tokensPerSecond tokens trained on a second
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
