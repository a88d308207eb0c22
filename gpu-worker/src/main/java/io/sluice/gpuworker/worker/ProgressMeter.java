package io.sluice.gpuworker.worker;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Counts what a worker has done. Written by the worker's thread, read by any. */
final class ProgressMeter {
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final LongSupplier nanoTime;
  private final long started;
  private final Deque<Stint> recent = new ArrayDeque<>();
  private long candidatesSeen;
  private long represented;
  private long deadLettered;
  private long retracted;
  private long tasksRepresented;

  /**
   * Starts counting.
   *
   * @param nanoTime a clock in nanoseconds, of any origin
   */
  ProgressMeter(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.started = nanoTime.getAsLong();
  }

  /** Examples whose representations were published at one time. */
  private record Stint(long at, long examples) {}

  synchronized void candidatesSeen(int records) {
    candidatesSeen += records;
  }

  synchronized void rejected() {
    deadLettered++;
  }

  /** Counts what was published by its meaning, with how many representations. */
  synchronized void published(Verdict.Meaning meaning, int representations) {
    switch (meaning) {
      case REPRESENTED -> {
        represented++;
        examples(representations);
      }
      case TASK_REPRESENTED -> {
        tasksRepresented++;
        examples(representations);
      }
      case RETRACTED -> retracted++;
      case TASK_PASSED -> {}
    }
  }

  synchronized WorkerProgress progress() {
    long now = nanoTime.getAsLong();
    forgetBefore(now - WINDOW_NANOS);
    long examples = recent.stream().mapToLong(Stint::examples).sum();
    // A young worker is measured over its age, of at least a second lest the first batch dazzle.
    long span = Math.min(WINDOW_NANOS, Math.max(TimeUnit.SECONDS.toNanos(1), now - started));
    return new WorkerProgress(
        candidatesSeen,
        represented,
        deadLettered,
        retracted,
        tasksRepresented,
        examples * 1e9 / span);
  }

  private void examples(int examples) {
    long now = nanoTime.getAsLong();
    forgetBefore(now - WINDOW_NANOS);
    recent.addLast(new Stint(now, examples));
  }

  private void forgetBefore(long time) {
    while (!recent.isEmpty() && recent.peekFirst().at() - time < 0) {
      recent.removeFirst();
    }
  }
}
