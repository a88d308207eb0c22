package io.sluice.gpuworker.finetune;

/** Is told of a run, on the thread that runs it, and may end it. */
public interface TrainingListener {
  /** Hears nothing, ends nothing. */
  TrainingListener NONE = progress -> {};

  /** Whether the run shall end; asked before each step. */
  default boolean isCancelled() {
    return false;
  }

  /** A step is done. */
  void progress(StepProgress progress);
}
