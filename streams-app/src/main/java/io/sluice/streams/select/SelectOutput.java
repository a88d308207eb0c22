package io.sluice.streams.select;

import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.SelectedKey;
import io.sluice.schemas.TaskStatus;
import java.util.List;
import java.util.Optional;

/** A change that the second stage publishes to one or several topics. */
sealed interface SelectOutput {
  /** Calls the handler's method for this kind of publication. */
  void accept(Handler handler);

  /**
   * Has one method per kind of publication, so that the compiler finds a kind that is not handled.
   */
  interface Handler {
    /**
     * A candidate entered the subset, changed its tier or left; the instruction is empty when it
     * left.
     */
    void onSelected(SelectedKey key, Optional<SelectedInstruction> instruction);

    /** A fine-tune job fired; the dataset holds its frozen examples, part by part. */
    void onJobFired(FineTuneJob job, List<DatasetRecord> dataset);

    /** The record of a job that was fired before has changed. */
    void onJobChanged(FineTuneJob job);

    /** A task has a new status; it is empty when the task was removed. */
    void onStatus(String taskId, Optional<TaskStatus> status);
  }

  /** See {@link Handler#onSelected}. */
  record Selected(SelectedKey key, Optional<SelectedInstruction> instruction)
      implements SelectOutput {
    @Override
    public void accept(Handler handler) {
      handler.onSelected(key, instruction);
    }
  }

  /** See {@link Handler#onJobFired}. */
  record JobFired(FineTuneJob job, List<DatasetRecord> dataset) implements SelectOutput {
    @Override
    public void accept(Handler handler) {
      handler.onJobFired(job, dataset);
    }
  }

  /** See {@link Handler#onJobChanged}. */
  record JobChanged(FineTuneJob job) implements SelectOutput {
    @Override
    public void accept(Handler handler) {
      handler.onJobChanged(job);
    }
  }

  /** See {@link Handler#onStatus}. */
  record Status(String taskId, Optional<TaskStatus> status) implements SelectOutput {
    @Override
    public void accept(Handler handler) {
      handler.onStatus(taskId, status);
    }
  }
}
