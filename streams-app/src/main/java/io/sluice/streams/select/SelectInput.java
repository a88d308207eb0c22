package io.sluice.streams.select;

import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.JobRequest;
import io.sluice.schemas.ShardReport;
import io.sluice.schemas.TargetTask;

/** What the selection of tasks is told. */
sealed interface SelectInput {
  /** A task is new or changed. */
  record TaskDefined(TargetTask task) implements SelectInput {}

  /** A task is gone. */
  record TaskRemoved(String taskId) implements SelectInput {}

  /** A shard nominates, withdraws or counts. */
  record Reported(ShardReport report) implements SelectInput {}

  /** Somebody asks for something about the jobs of a task. */
  record Requested(JobRequest request) implements SelectInput {}

  /** A trainer has finished a job or failed. */
  record Ended(FineTuneResult result) implements SelectInput {}
}
