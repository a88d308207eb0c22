package io.sluice.gpuworker.launch;

import io.sluice.schemas.Arm;
import io.sluice.schemas.ArmOutcome;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.JobArm;
import io.sluice.schemas.arm.ArmName;
import io.sluice.schemas.dataset.FrozenDataset;
import java.util.ArrayList;
import java.util.List;

/**
 * One model of a job: trained on the examples of an arm with a seed, or the untrained base model.
 *
 * @param arm whose examples it is trained on; {@link ArmName#NONE} for the base model
 * @param seed of the training; 0 for the base model
 */
public record ArmRun(ArmName arm, int seed) {
  /**
   * All runs of a job: the base model first, then for each seed the subset, its random control and
   * the further arms, without the {@linkplain #emptyArms empty} ones.
   */
  public static List<ArmRun> of(FineTuneJob job) {
    List<ArmRun> runs = new ArrayList<>();
    if (job.getControls().contains(Arm.NONE)) {
      runs.add(new ArmRun(ArmName.NONE, 0));
    }
    for (int seed : job.getSeeds()) {
      runs.add(new ArmRun(ArmName.SELECTED, seed));
      if (FrozenDataset.randomExamples(job) > 0) {
        runs.add(new ArmRun(ArmName.RANDOM, seed));
      }
      for (JobArm arm : job.getArms()) {
        if (arm.getExamples() > 0) {
          runs.add(new ArmRun(name(arm), seed));
        }
      }
    }
    return runs;
  }

  /**
   * The arms that a job asks for and that have no examples: with a budget of tokens, the first
   * candidate of an arm alone may have more learnt tokens than the budget.
   */
  public static List<ArmName> emptyArms(FineTuneJob job) {
    List<ArmName> empty = new ArrayList<>();
    if (job.getControls().contains(Arm.RANDOM) && FrozenDataset.randomExamples(job) == 0) {
      empty.add(ArmName.RANDOM);
    }
    job.getArms().stream()
        .filter(arm -> arm.getExamples() == 0)
        .forEach(arm -> empty.add(name(arm)));
    return empty;
  }

  private static ArmName name(JobArm arm) {
    return new ArmName(arm.getRandom() ? Arm.RANDOM : Arm.SELECTED, arm.getName());
  }

  /** Whether an outcome belongs to this run. */
  public boolean isOf(ArmOutcome outcome) {
    return ArmName.of(outcome).equals(arm) && outcome.getSeed() == seed;
  }

  /** Whether it is the untrained base model. */
  public boolean isBase() {
    return arm.equals(ArmName.NONE);
  }

  /** A name such as {@code selected-seed7}, for people and for names of files. */
  public String label() {
    return isBase() ? armName() : armName() + "-seed" + seed;
  }

  /** The arm in lower case, as in settings and reports. */
  public String armName() {
    return arm.label();
  }
}
