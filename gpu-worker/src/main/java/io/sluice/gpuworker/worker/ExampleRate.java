package io.sluice.gpuworker.worker;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** How many examples a second, over the last 10 seconds. Used by any thread. */
final class ExampleRate {
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final LongSupplier nanoTime;
  private final long started;
  private final Deque<Stint> recent = new ArrayDeque<>();

  /**
   * Starts counting.
   *
   * @param nanoTime a clock in nanoseconds, of any origin
   */
  ExampleRate(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.started = nanoTime.getAsLong();
  }

  /** Examples that were done at one time. */
  private record Stint(long at, long examples) {}

  synchronized void add(int examples) {
    long now = nanoTime.getAsLong();
    forgetBefore(now - WINDOW_NANOS);
    recent.addLast(new Stint(now, examples));
  }

  synchronized double perSecond() {
    long now = nanoTime.getAsLong();
    forgetBefore(now - WINDOW_NANOS);
    long examples = recent.stream().mapToLong(Stint::examples).sum();
    // A young worker is measured over its age, of at least a second lest the first batch dazzle.
    long span = Math.min(WINDOW_NANOS, Math.max(TimeUnit.SECONDS.toNanos(1), now - started));
    return examples * 1e9 / span;
  }

  private void forgetBefore(long time) {
    while (!recent.isEmpty() && recent.peekFirst().at() - time < 0) {
      recent.removeFirst();
    }
  }
}
