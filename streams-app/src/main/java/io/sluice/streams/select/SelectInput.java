package io.sluice.streams.select;

import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.JobRequest;
import io.sluice.schemas.ShardReport;
import io.sluice.schemas.TargetTask;

/** A record that the second stage processes, with one kind per topic and meaning. */
sealed interface SelectInput {
  /** Calls the handler's method for this kind of input. */
  void accept(Handler handler);

  /** Has one method per kind of input, so that the compiler finds a kind that is not handled. */
  interface Handler {
    /** A task or a new revision of it was defined; the same definition may be repeated. */
    void onTaskDefined(TargetTask task);

    /** A task was removed; the processor may not know it. */
    void onTaskRemoved(String taskId);

    /**
     * A shard nominated a candidate, withdrew one, found or lost a content, or counted its pool.
     */
    void onShardReport(ShardReport report);

    /**
     * A user requests that a job be fired or cancelled.
     *
     * @throws io.sluice.streams.deadletter.InvalidRecordException when that is not possible
     */
    void onJobRequest(JobRequest request);

    /** A trainer finished a job, or the job failed. */
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
  record ShardReported(ShardReport report) implements SelectInput {
    @Override
    public void accept(Handler handler) {
      handler.onShardReport(report);
    }
  }

  /** From the job-requests topic. */
  record JobRequested(JobRequest request) implements SelectInput {
    @Override
    public void accept(Handler handler) {
      handler.onJobRequest(request);
    }
  }

  /** From the fine-tune-results topic: a result with which a job ends. */
  record JobEnded(FineTuneResult result) implements SelectInput {
    @Override
    public void accept(Handler handler) {
      handler.onJobResult(result);
    }
  }
}
