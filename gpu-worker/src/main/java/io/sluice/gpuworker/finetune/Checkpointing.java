package io.sluice.gpuworker.finetune;

import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * Where and when a run leaves checkpoints; one is left at the end of each epoch in any case.
 *
 * @param folder receives {@code checkpoint-STEP}; made where it is missing. Checkpoints of this
 *     very run that are in it are gone on from.
 * @param everySteps leaves one whenever so many steps are done, too; at least 1
 * @param keepAll whether earlier ones are kept; else the latest alone is
 */
public record Checkpointing(Path folder, OptionalInt everySteps, boolean keepAll) {
  /** Checks the distance. */
  public Checkpointing {
    everySteps.ifPresent(
        steps ->
            TrainingHyperParameters.require(
                steps >= 1, "steps a checkpoint", steps, "of 1 or more"));
  }

  /** One an epoch, all kept, as for a warm-up. */
  public static Checkpointing eachEpoch(Path folder) {
    return new Checkpointing(folder, OptionalInt.empty(), true);
  }

  /** One an epoch, the latest kept. */
  public static Checkpointing latest(Path folder) {
    return new Checkpointing(folder, OptionalInt.empty(), false);
  }

  boolean isDue(int step, int stepsAnEpoch) {
    return step % stepsAnEpoch == 0
        || (everySteps.isPresent() && step % everySteps.getAsInt() == 0);
  }
}
