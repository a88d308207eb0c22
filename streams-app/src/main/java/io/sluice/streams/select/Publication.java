package io.sluice.streams.select;

import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.SelectedKey;
import io.sluice.schemas.TaskStatus;
import java.util.List;
import java.util.Optional;

/** What the selection of tasks publishes. */
sealed interface Publication {
  /** A candidate entered the subset or changed its tier; empty when it left. */
  record Selected(SelectedKey key, Optional<SelectedInstruction> instruction)
      implements Publication {}

  /** A fine-tune job fired, with its frozen examples, part after part. */
  record JobFired(FineTuneJob job, List<DatasetRecord> dataset) implements Publication {}

  /** What is known of a job that was fired before has changed. */
  record Job(FineTuneJob job) implements Publication {}

  /** A task's new status; empty when the task is gone. */
  record Status(String taskId, Optional<TaskStatus> status) implements Publication {}
}
