package io.sluice.streams.client;

import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.streams.audit.ExplainedSubset;
import io.sluice.streams.audit.Explanation;
import io.sluice.streams.revision.SubsetSizes;
import java.util.List;
import java.util.Optional;

/** Explains from the topics alone why a candidate is selected for a task, or not. */
public final class Explanations {
  private final KafkaAccess kafka;
  private final CandidateEvidence evidence;

  /**
   * Creates a client; every call reads the topics anew.
   *
   * @param progress shows how far each reading has come
   */
  public Explanations(KafkaAccess kafka, PoolProgress progress) {
    this.kafka = kafka;
    this.evidence = new CandidateEvidence(kafka, progress);
  }

  /**
   * Explains why a candidate is selected, or not.
   *
   * @throws IllegalArgumentException when there is no such task, its queries are not represented
   *     yet, or its subset is still that of an earlier revision
   */
  public Explanation explain(String taskId, String candidateId) {
    TargetTasks tasks = new TargetTasks(kafka);
    TargetTask task =
        tasks
            .find(taskId)
            .orElseThrow(() -> new IllegalArgumentException("there is no task '" + taskId + "'"));
    List<Integer> budgets = task.getBudgets();
    Subset subset = new SubsetReader(kafka).read(taskId, budgets.get(budgets.size() - 1));
    List<SelectedInstruction> selected =
        subset.entries().stream().map(Subset.Entry::instruction).toList();
    boolean full =
        isFull(subset.task(), selected.size(), Optional.ofNullable(tasks.statuses().get(taskId)));
    return ExplainedSubset.of(subset.task(), selected, full)
        .explain(candidateId, evidence.find(subset.task(), candidateId));
  }

  /** Whether no candidate can be added to the subset of the largest budget. */
  private static boolean isFull(TargetTask task, int selected, Optional<TaskStatus> status) {
    int largest = task.getBudgets().size() - 1;
    return selected == task.getBudgets().get(largest)
        || status
            .filter(known -> known.getRevision() == task.getRevision())
            .filter(known -> known.getTiers().size() > largest)
            .map(known -> SubsetSizes.isFull(known.getTiers().get(largest)))
            .orElse(false);
  }
}
