package io.sluice.gpuworker.finetune;

/**
 * Receives the progress of a run and may cancel it. Its methods are called on the thread that runs
 * the training.
 */
public interface TrainingListener {
  /** A listener that ignores progress and never cancels. */
  TrainingListener NONE = progress -> {};

  /** Whether the run is to be cancelled; called before each step. */
  default boolean isCancelled() {
    return false;
  }

  /** Called after each step, when a checkpoint that was due has been written. */
  void progress(StepProgress progress);
}
