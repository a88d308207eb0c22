package io.sluice.streams.select;

import io.sluice.schemas.TargetTask;
import io.sluice.schemas.arm.Companions;
import io.sluice.schemas.arm.FurtherArm;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One revision of a task: the selection by its own representation, and one selection for each other
 * representation that its arms use. Not thread-safe.
 *
 * @param own the selection by the task's own representation
 * @param companions the selections by the other representations
 */
record TaskRevision(TaskSelection own, List<TaskSelection> companions) {
  TaskRevision {
    companions = List.copyOf(companions);
  }

  /** A revision without any nominations. */
  static TaskRevision empty(TargetTask definition) {
    return new TaskRevision(
        new TaskSelection(definition),
        Companions.of(definition).stream().map(TaskSelection::new).toList());
  }

  int number() {
    return own.revision();
  }

  TargetTask definition() {
    return own.definition();
  }

  /** The selections by all representations, the task's own first. */
  List<TaskSelection> selections() {
    return Stream.concat(Stream.of(own), companions.stream()).toList();
  }

  /**
   * The selection that a shard reports about.
   *
   * @param id id of the task or of a companion
   */
  Optional<TaskSelection> selection(String id) {
    return selections().stream()
        .filter(selection -> selection.definition().getTaskId().equals(id))
        .findFirst();
  }

  /** Whether the task or one of its arms is selected by a representation. */
  boolean uses(String representationId) {
    return selections().stream()
        .anyMatch(each -> each.definition().getRepresentationId().equals(representationId));
  }

  /** The subsets of all further arms for a budget, in the order of {@link FurtherArm#of}. */
  List<ArmSubset> arms(int budget) {
    return FurtherArm.of(definition()).stream().map(arm -> arm(arm, budget)).toList();
  }

  private ArmSubset arm(FurtherArm arm, int budget) {
    return selections().stream()
        .filter(
            selection ->
                selection.definition().getRepresentationId().equals(arm.representationId()))
        .findFirst()
        .orElseThrow()
        .arm(arm, budget);
  }
}
