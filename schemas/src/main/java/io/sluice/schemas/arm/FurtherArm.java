package io.sluice.schemas.arm;

import io.sluice.schemas.Arm;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskArm;
import java.util.ArrayList;
import java.util.List;

/**
 * A selection that is kept beside a task's own selection and its first random subset, so that jobs
 * can compare with it.
 *
 * @param name its name
 * @param representationId the representation by which it is selected
 * @param algorithm the rule by which it is selected
 */
public record FurtherArm(ArmName name, String representationId, String algorithm) {
  /**
   * The further arms of a task: first the random subsets beyond the first, {@code random-1} of the
   * algorithm {@code random:1} and so on, then the arms that the task names.
   */
  public static List<FurtherArm> of(TargetTask task) {
    List<FurtherArm> arms = new ArrayList<>();
    if (task.getControls().contains(Arm.RANDOM)) {
      for (int draw = 1; draw < task.getRandomDraws(); draw++) {
        arms.add(
            new FurtherArm(
                new ArmName(Arm.RANDOM, "random-" + draw),
                task.getRepresentationId(),
                "random:" + draw));
      }
    }
    for (TaskArm arm : task.getArms()) {
      arms.add(
          new FurtherArm(
              new ArmName(Arm.SELECTED, arm.getName()),
              representationId(task, arm),
              arm.getAlgorithm()));
    }
    return List.copyOf(arms);
  }

  /** The representation of an arm of a task: its own, or else the task's. */
  public static String representationId(TargetTask task, TaskArm arm) {
    return arm.getRepresentationId().isEmpty()
        ? task.getRepresentationId()
        : arm.getRepresentationId();
  }

  /** Whether it is a random subset that belongs to the control. */
  public boolean isRandom() {
    return name.kind() == Arm.RANDOM;
  }
}
