package io.sluice.streams.client;

import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.SelectedKey;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.serde.RecordKeys;
import java.util.List;

/** Reads the current subset of a task from topic selected. */
public final class SubsetReader {
  private final KafkaAccess kafka;

  /** Creates a reader; every call reads the topics anew. */
  public SubsetReader(KafkaAccess kafka) {
    this.kafka = kafka;
  }

  /**
   * Reads a subset.
   *
   * @param taskId id of the task
   * @param budget number of examples, 1 to the task's largest budget
   * @throws IllegalArgumentException when there is no such task, the budget is out of range, or the
   *     subset is still that of an earlier revision of the task
   */
  public Subset read(String taskId, int budget) {
    TargetTask task =
        new TargetTasks(kafka)
            .find(taskId)
            .orElseThrow(() -> new IllegalArgumentException("there is no task '" + taskId + "'"));
    return Subset.of(task, selected(taskId), budget);
  }

  /** The whole subset of a task lies in one partition, beside subsets of other tasks. */
  private List<SelectedInstruction> selected(String taskId) {
    return TopicSnapshot.ofPartition(
            kafka,
            kafka.topics().selected(),
            taskId,
            new LastValues<>(
                RecordKeys.required(kafka.serdes().key(SelectedKey.class)),
                kafka.serdes().value(SelectedInstruction.class),
                (key, instruction) ->
                    key.getTaskId().equals(instruction.getTaskId())
                        && key.getCandidateId().equals(instruction.getCandidateId())))
        .values()
        .stream()
        .filter(instruction -> instruction.getTaskId().equals(taskId))
        .toList();
  }
}
