package io.sluice.schemas.arm;

import io.sluice.schemas.TargetTask;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The companions of a task: one for each representation that its arms use beside the task's own.
 *
 * <p>A companion is the task with another representation id. Its queries are represented, and its
 * candidates scored and nominated, like those of any task, under an id of its own: the task's id,
 * {@code @} and the representation id. Task ids never contain an {@code @}, so no task has the id
 * of a companion. Only the nominations come together again: the nominations for a companion go to
 * the partition of its task, where one transaction freezes the subsets of all arms.
 */
public final class Companions {
  private static final char SEPARATOR = '@';

  private Companions() {}

  /** The companions of a task, in the order in which its arms first use their representations. */
  public static List<TargetTask> of(TargetTask task) {
    Set<String> others = new LinkedHashSet<>();
    FurtherArm.of(task).forEach(arm -> others.add(arm.representationId()));
    others.remove(task.getRepresentationId());
    return others.stream().map(other -> companion(task, other)).toList();
  }

  /**
   * What the workers of a representation represent of a task: the task itself, or its companion;
   * empty when neither it nor its arms use that representation.
   */
  public static Optional<TargetTask> represented(TargetTask task, String representationId) {
    return task.getRepresentationId().equals(representationId)
        ? Optional.of(task)
        : of(task).stream()
            .filter(companion -> companion.getRepresentationId().equals(representationId))
            .findFirst();
  }

  /** The prefix of the ids of all companions of a task. */
  public static String prefix(String taskId) {
    return taskId + SEPARATOR;
  }

  /** The id of the task that an id stands for: the id itself, or that of the companion's task. */
  public static String taskId(String id) {
    int end = id.indexOf(SEPARATOR);
    return end < 0 ? id : id.substring(0, end);
  }

  /** The representation id in the id of a companion; empty when the id is that of a task. */
  public static Optional<String> representationId(String id) {
    return isCompanion(id)
        ? Optional.of(id.substring(id.indexOf(SEPARATOR) + 1))
        : Optional.empty();
  }

  /** Whether an id is that of a companion. */
  public static boolean isCompanion(String id) {
    return id.indexOf(SEPARATOR) >= 0;
  }

  /** A companion has the arms of its representation only, and no random subsets. */
  private static TargetTask companion(TargetTask task, String representationId) {
    return TargetTask.newBuilder(task)
        .setTaskId(prefix(task.getTaskId()) + representationId)
        .setArms(
            task.getArms().stream()
                .filter(arm -> FurtherArm.representationId(task, arm).equals(representationId))
                .toList())
        .setControls(List.of())
        .setRandomDraws(1)
        .setRepresentationId(representationId)
        .build();
  }
}
