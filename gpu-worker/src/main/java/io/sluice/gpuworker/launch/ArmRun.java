package io.sluice.gpuworker.launch;

import io.sluice.schemas.Arm;
import io.sluice.schemas.ArmOutcome;
import io.sluice.schemas.FineTuneJob;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One model of a job: trained for an arm with a seed, or the base model as it is.
 *
 * @param arm the arm
 * @param seed of the training; 0 for the base model
 */
public record ArmRun(Arm arm, int seed) {
  /** All of a job: the base model first, then seed by seed the subset and its random control. */
  public static List<ArmRun> of(FineTuneJob job) {
    List<ArmRun> runs = new ArrayList<>();
    if (job.getControls().contains(Arm.NONE)) {
      runs.add(new ArmRun(Arm.NONE, 0));
    }
    for (int seed : job.getSeeds()) {
      runs.add(new ArmRun(Arm.SELECTED, seed));
      if (job.getControls().contains(Arm.RANDOM)) {
        runs.add(new ArmRun(Arm.RANDOM, seed));
      }
    }
    return runs;
  }

  /** Whether an outcome is this run's. */
  public boolean isOf(ArmOutcome outcome) {
    return outcome.getArm() == arm && outcome.getSeed() == seed;
  }

  /** For people and for names of files. */
  public String label() {
    return arm == Arm.NONE ? armName() : armName() + "-seed" + seed;
  }

  /** The arm as people write it. */
  public String armName() {
    return arm.name().toLowerCase(Locale.ROOT);
  }
}
