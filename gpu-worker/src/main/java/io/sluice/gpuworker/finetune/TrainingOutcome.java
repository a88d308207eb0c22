package io.sluice.gpuworker.finetune;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The outcome of a training run. */
public sealed interface TrainingOutcome {
  /**
   * Handles one kind of outcome.
   *
   * @param <O> the kind
   * @param <T> the result
   * @param <E> what handling it may throw
   */
  @FunctionalInterface
  interface Handler<O, T, E extends Exception> {
    /** Handles the outcome. */
    T handle(O outcome) throws E;
  }

  /** Calls the one handler that takes this kind of outcome, and returns its result. */
  <T, E extends Exception> T match(
      Handler<? super Finished, T, E> finished,
      Handler<? super Cancelled, T, E> cancelled,
      Handler<? super Diverged, T, E> diverged)
      throws E;

  /**
   * The outcome of a run that is expected to finish.
   *
   * @throws IOException when it did not; the message says why
   */
  default Finished finished() throws IOException {
    return this.<Finished, IOException>match(
        finished -> finished,
        cancelled -> {
          throw new IOException("training was cancelled");
        },
        diverged -> {
          throw new IOException("training failed: " + diverged.reason());
        });
  }

  /**
   * All steps are done.
   *
   * @param checkpoint folder of the last checkpoint, which is the result, see {@link FineTuning}
   * @param log all steps of the run, including those before it was continued
   */
  record Finished(Path checkpoint, List<StepLog> log) implements TrainingOutcome {
    /** Copies the log, so that the record is immutable. */
    public Finished {
      log = List.copyOf(log);
    }

    @Override
    public <T, E extends Exception> T match(
        Handler<? super Finished, T, E> finished,
        Handler<? super Cancelled, T, E> cancelled,
        Handler<? super Diverged, T, E> diverged)
        throws E {
      return finished.handle(this);
    }
  }

  /**
   * The listener cancelled the run.
   *
   * @param step the number of steps done
   */
  record Cancelled(int step) implements TrainingOutcome {
    @Override
    public <T, E extends Exception> T match(
        Handler<? super Finished, T, E> finished,
        Handler<? super Cancelled, T, E> cancelled,
        Handler<? super Diverged, T, E> diverged)
        throws E {
      return cancelled.handle(this);
    }
  }

  /**
   * The loss or the gradient of a step was not finite. The step was not applied, and no checkpoint
   * contains it.
   *
   * @param step the number of the step that failed, from 1
   * @param reason a sentence for people: what was not finite, and what to do
   */
  record Diverged(int step, String reason) implements TrainingOutcome {
    @Override
    public <T, E extends Exception> T match(
        Handler<? super Finished, T, E> finished,
        Handler<? super Cancelled, T, E> cancelled,
        Handler<? super Diverged, T, E> diverged)
        throws E {
      return diverged.handle(this);
    }
  }
}
