package io.sluice.gpuworker.finetune;

import java.nio.file.Path;
import java.util.List;

/** How a run ended. */
public sealed interface TrainingOutcome {
  /**
   * All steps are done.
   *
   * @param checkpoint folder of the last checkpoint: the result, complete
   * @param log all steps
   */
  record Finished(Path checkpoint, List<StepLog> log) implements TrainingOutcome {
    /** Copies the log. */
    public Finished {
      log = List.copyOf(log);
    }
  }

  /**
   * The listener ended it.
   *
   * @param step steps done
   */
  record Cancelled(int step) implements TrainingOutcome {}

  /**
   * Loss or gradient were not finite; no checkpoint has weights of this step.
   *
   * @param step that failed, from 1
   * @param reason for people: what was not finite, and what to do
   */
  record Diverged(int step, String reason) implements TrainingOutcome {}
}
