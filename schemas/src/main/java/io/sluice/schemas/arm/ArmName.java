package io.sluice.schemas.arm;

import io.sluice.schemas.Arm;
import io.sluice.schemas.ArmOutcome;
import java.util.Locale;

/**
 * Names one arm of a job.
 *
 * @param kind its kind: {@code SELECTED} for the task's own selection and for all others that an
 *     algorithm makes, {@code RANDOM} for random subsets, {@code NONE} for no fine-tuning
 * @param name the name of a further arm; empty for the task's own selection, the first random
 *     subset and no fine-tuning
 */
public record ArmName(Arm kind, String name) {
  /** The base model without fine-tuning. */
  public static final ArmName NONE = new ArmName(Arm.NONE, "");

  /** The first random subset. */
  public static final ArmName RANDOM = new ArmName(Arm.RANDOM, "");

  /** The task's own selection. */
  public static final ArmName SELECTED = new ArmName(Arm.SELECTED, "");

  /** The arm whose outcome a trainer reports. */
  public static ArmName of(ArmOutcome outcome) {
    return new ArmName(outcome.getArm(), outcome.getName());
  }

  /**
   * The same arm, but {@link #RANDOM} for every random subset: reports show all random subsets as
   * repetitions of one arm.
   */
  public ArmName reported() {
    return kind == Arm.RANDOM ? RANDOM : this;
  }

  /** The name of a further arm, or the kind in lower case: unique among the arms of a job. */
  public String label() {
    return name.isEmpty() ? kind.name().toLowerCase(Locale.ROOT) : name;
  }
}
