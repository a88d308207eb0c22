package io.sluice.streams.select;

import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.JobRequest;
import io.sluice.schemas.ShardReport;
import io.sluice.schemas.TargetTask;

/** A record that the second stage processes, whichever topic it was read from. */
sealed interface SelectInput {
  /** Calls the one method of the handler that is for this kind of input. */
  void accept(Handler handler);

  /** Has a method for each kind of input, so that no kind can be left out. */
  interface Handler {
    /** A task or a revision of it was defined; perhaps again, with the same contents. */
    void onTaskDefined(TargetTask task);

    /** A task was removed; perhaps one that is not known here. */
    void onTaskRemoved(String taskId);

    /** A shard nominates a candidate, withdraws one or reports its pool count. */
    void onShardReport(ShardReport report);

    /**
     * Somebody asks to fire or cancel a job.
     *
     * @throws io.sluice.streams.deadletter.InvalidRecordException when it cannot be done
     */
    void onJobRequest(JobRequest request);

    /** A trainer has finished a job or failed. */
    void onJobResult(FineTuneResult result);
  }

  /** From the target-tasks topic: a record with a value. */
  record TaskDefined(TargetTask task) implements SelectInput {
    @Override
    public void accept(Handler handler) {
      handler.onTaskDefined(task);
    }
  }

  /** From the target-tasks topic: a record without a value. */
  record TaskRemoved(String taskId) implements SelectInput {
    @Override
    public void accept(Handler handler) {
      handler.onTaskRemoved(taskId);
    }
  }

  /** From the topic of nominations. */
  record Reported(ShardReport report) implements SelectInput {
    @Override
    public void accept(Handler handler) {
      handler.onShardReport(report);
    }
  }

  /** From the job-requests topic. */
  record Requested(JobRequest request) implements SelectInput {
    @Override
    public void accept(Handler handler) {
      handler.onJobRequest(request);
    }
  }

  /** From the fine-tune-results topic: a result with which a job ends. */
  record Ended(FineTuneResult result) implements SelectInput {
    @Override
    public void accept(Handler handler) {
      handler.onJobResult(result);
    }
  }
}
