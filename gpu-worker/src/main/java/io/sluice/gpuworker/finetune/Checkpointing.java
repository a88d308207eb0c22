package io.sluice.gpuworker.finetune;

import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * Where and when a run writes checkpoints. It always writes one at the end of each epoch.
 *
 * @param folder receives the folders {@code checkpoint-STEP}; created when it is missing. When it
 *     already contains checkpoints of the same run, the run continues from the latest.
 * @param everySteps additionally writes a checkpoint each time this many steps are done; at least 1
 * @param keepAll whether earlier checkpoints are kept; otherwise only the latest is
 */
public record Checkpointing(Path folder, OptionalInt everySteps, boolean keepAll) {
  /** Throws {@link IllegalArgumentException} when {@code everySteps} is below 1. */
  public Checkpointing {
    everySteps.ifPresent(
        steps ->
            TrainingHyperParameters.require(
                steps >= 1, "steps per checkpoint", steps, "of 1 or more"));
  }

  /** One checkpoint per epoch; all are kept, as a warm-up needs them. */
  public static Checkpointing eachEpoch(Path folder) {
    return new Checkpointing(folder, OptionalInt.empty(), true);
  }

  /** One checkpoint per epoch; only the latest is kept. */
  public static Checkpointing latest(Path folder) {
    return new Checkpointing(folder, OptionalInt.empty(), false);
  }

  /** Whether a checkpoint is written after the given number of steps. */
  boolean isDue(int step, int stepsPerEpoch) {
    return step % stepsPerEpoch == 0
        || (everySteps.isPresent() && step % everySteps.getAsInt() == 0);
  }
}
