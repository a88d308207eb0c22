package io.sluice.gpuworker.launch;

import io.sluice.schemas.Arm;
import io.sluice.schemas.ArmOutcome;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.dataset.FrozenDataset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One model of a job: trained on the examples of an arm with a seed, or the untrained base model.
 *
 * @param arm whose examples it is trained on; {@code NONE} for the base model
 * @param seed of the training; 0 for the base model
 */
public record ArmRun(Arm arm, int seed) {
  /**
   * All runs of a job: the base model first, then for each seed the subset and its random control,
   * unless the control is {@linkplain #isRandomControlEmpty empty}.
   */
  public static List<ArmRun> of(FineTuneJob job) {
    List<ArmRun> runs = new ArrayList<>();
    if (job.getControls().contains(Arm.NONE)) {
      runs.add(new ArmRun(Arm.NONE, 0));
    }
    for (int seed : job.getSeeds()) {
      runs.add(new ArmRun(Arm.SELECTED, seed));
      if (FrozenDataset.randomExamples(job) > 0) {
        runs.add(new ArmRun(Arm.RANDOM, seed));
      }
    }
    return runs;
  }

  /**
   * Whether a job asks for a random control that has no examples: with a budget of tokens, the
   * first candidate of the random order alone may have more learnt tokens than the budget.
   */
  public static boolean isRandomControlEmpty(FineTuneJob job) {
    return job.getControls().contains(Arm.RANDOM) && FrozenDataset.randomExamples(job) == 0;
  }

  /** Whether an outcome belongs to this run. */
  public boolean isOf(ArmOutcome outcome) {
    return outcome.getArm() == arm && outcome.getSeed() == seed;
  }

  /** A name such as {@code selected-seed7}, for people and for names of files. */
  public String label() {
    return arm == Arm.NONE ? armName() : armName() + "-seed" + seed;
  }

  /** The arm in lower case, as in settings and reports. */
  public String armName() {
    return arm.name().toLowerCase(Locale.ROOT);
  }
}
