package io.sluice.streams.select;

import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.SelectedKey;
import io.sluice.schemas.TaskStatus;
import java.util.List;
import java.util.Optional;

/** Something that the second stage publishes, to one topic or several. */
sealed interface Publication {
  /** Calls the one method of the handler that is for this kind of publication. */
  void accept(Handler handler);

  /** Has a method for each kind of publication, so that no kind can be left out. */
  interface Handler {
    /**
     * A candidate entered the subset or changed its tier; the instruction is empty when it left.
     */
    void onSelected(SelectedKey key, Optional<SelectedInstruction> instruction);

    /** A fine-tune job fired, with its frozen examples, part after part. */
    void onJobFired(FineTuneJob job, List<DatasetRecord> dataset);

    /** The record of a job that was fired before has changed. */
    void onJobChanged(FineTuneJob job);

    /** A task has a new status; it is empty when the task was removed. */
    void onStatus(String taskId, Optional<TaskStatus> status);
  }

  /** See {@link Handler#onSelected}. */
  record Selected(SelectedKey key, Optional<SelectedInstruction> instruction)
      implements Publication {
    @Override
    public void accept(Handler handler) {
      handler.onSelected(key, instruction);
    }
  }

  /** See {@link Handler#onJobFired}. */
  record JobFired(FineTuneJob job, List<DatasetRecord> dataset) implements Publication {
    @Override
    public void accept(Handler handler) {
      handler.onJobFired(job, dataset);
    }
  }

  /** See {@link Handler#onJobChanged}. */
  record JobChanged(FineTuneJob job) implements Publication {
    @Override
    public void accept(Handler handler) {
      handler.onJobChanged(job);
    }
  }

  /** See {@link Handler#onStatus}. */
  record Status(String taskId, Optional<TaskStatus> status) implements Publication {
    @Override
    public void accept(Handler handler) {
      handler.onStatus(taskId, status);
    }
  }
}
