package io.sluice.gpuworker.worker;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** The rate of examples per second over the last 10 seconds. Thread-safe. */
final class ExampleRate {
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final LongSupplier nanoTime;
  private final long started;
  private final Deque<Batch> recent = new ArrayDeque<>();

  /**
   * Starts counting.
   *
   * @param nanoTime a clock in nanoseconds, of any origin
   */
  ExampleRate(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.started = nanoTime.getAsLong();
  }

  /** Examples that were published at the same time. */
  private record Batch(long at, long examples) {}

  synchronized void add(int examples) {
    long now = nanoTime.getAsLong();
    forgetBefore(now - WINDOW_NANOS);
    recent.addLast(new Batch(now, examples));
  }

  synchronized double perSecond() {
    long now = nanoTime.getAsLong();
    forgetBefore(now - WINDOW_NANOS);
    long examples = recent.stream().mapToLong(Batch::examples).sum();
    // A worker younger than the window is measured over its age, but over one second at least:
    // otherwise its first batch would show as an enormous rate.
    long span = Math.min(WINDOW_NANOS, Math.max(TimeUnit.SECONDS.toNanos(1), now - started));
    return examples * 1e9 / span;
  }

  private void forgetBefore(long time) {
    while (!recent.isEmpty() && recent.peekFirst().at() - time < 0) {
      recent.removeFirst();
    }
  }
}
