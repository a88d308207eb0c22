package io.sluice.streams.select;

import io.sluice.schemas.arm.FurtherArm;
import io.sluice.streams.selection.Slot;
import java.util.List;

/**
 * The subset that a further arm of a task has for one budget.
 *
 * @param arm the arm
 * @param selection where the arm is selected: by the task's own representation, or by a companion
 * @param slots its candidates, in the arm's own order
 * @param isFull whether no candidate can be added without another one leaving it
 */
record ArmSubset(
    FurtherArm arm, TaskSelection selection, List<Slot<String>> slots, boolean isFull) {
  ArmSubset {
    slots = List.copyOf(slots);
  }
}
