package io.sluice.gpuworker.job;

import java.util.function.Consumer;

/** The outcome of one trainer's work on a job. */
public sealed interface JobOutcome {
  /** Calls the one of these that takes this kind of outcome. */
  void match(
      Consumer<Finished> finished,
      Consumer<Failed> failed,
      Consumer<Stopped> stopped,
      Consumer<PassedOver> passedOver);

  /**
   * All arms are trained and, unless evaluation is turned off, evaluated.
   *
   * @param output folder of the job's models
   * @param detail remarks for people; may be empty
   */
  record Finished(String output, String detail) implements JobOutcome {
    @Override
    public void match(
        Consumer<Finished> finished,
        Consumer<Failed> failed,
        Consumer<Stopped> stopped,
        Consumer<PassedOver> passedOver) {
      finished.accept(this);
    }
  }

  /**
   * The job failed, and would fail again on another trainer with the same settings.
   *
   * @param reason for people, with what to do
   */
  record Failed(String reason) implements JobOutcome {
    @Override
    public void match(
        Consumer<Finished> finished,
        Consumer<Failed> failed,
        Consumer<Stopped> stopped,
        Consumer<PassedOver> passedOver) {
      failed.accept(this);
    }
  }

  /** The work was stopped through {@link JobControl#stop}. */
  record Stopped() implements JobOutcome {
    @Override
    public void match(
        Consumer<Finished> finished,
        Consumer<Failed> failed,
        Consumer<Stopped> stopped,
        Consumer<PassedOver> passedOver) {
      stopped.accept(this);
    }
  }

  /**
   * There was nothing to do.
   *
   * @param reason for the log
   */
  record PassedOver(String reason) implements JobOutcome {
    @Override
    public void match(
        Consumer<Finished> finished,
        Consumer<Failed> failed,
        Consumer<Stopped> stopped,
        Consumer<PassedOver> passedOver) {
      passedOver.accept(this);
    }
  }
}
