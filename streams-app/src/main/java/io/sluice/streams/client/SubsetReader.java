package io.sluice.streams.client;

import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.SelectedKey;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.connection.KafkaAccess;
import java.util.List;

/** Reads the subset of a task, as it is now, from topic selected. */
public final class SubsetReader {
  private final KafkaAccess kafka;

  /** A reader of this Kafka's subsets. */
  public SubsetReader(KafkaAccess kafka) {
    this.kafka = kafka;
  }

  /**
   * Reads a subset.
   *
   * @param taskId the task
   * @param budget examples, 1 to the task's largest budget
   * @throws IllegalArgumentException when there is no such task, the budget is out of range, or the
   *     task's current revision is not selected for yet
   */
  public Subset read(String taskId, int budget) {
    TargetTask task =
        new TargetTasks(kafka)
            .find(taskId)
            .orElseThrow(() -> new IllegalArgumentException("there is no task '" + taskId + "'"));
    return Subset.of(task, selected(taskId), budget);
  }

  /** All of one task lies in one partition. */
  private List<SelectedInstruction> selected(String taskId) {
    return TopicSnapshot.ofPartition(
            kafka,
            kafka.topics().selected(),
            taskId,
            kafka.serdes().<SelectedKey>key(),
            kafka.serdes().<SelectedInstruction>value())
        .values()
        .stream()
        .filter(instruction -> instruction.getTaskId().equals(taskId))
        .toList();
  }
}
