package io.sluice.gpuworker.worker;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Whether a worker is alive and has its part of the work. Told by its thread, asked by any. */
final class WorkerHealth {
  private final LongSupplier nanoTime;
  private final Duration patience;
  private volatile long lastTurn;
  private volatile boolean joined;
  private volatile boolean ended;

  /**
   * A worker that is just being started.
   *
   * @param nanoTime a clock in nanoseconds, of any origin
   * @param patience after so long without a turn the worker counts as stuck
   */
  WorkerHealth(LongSupplier nanoTime, Duration patience) {
    this.nanoTime = nanoTime;
    this.patience = patience;
    this.lastTurn = nanoTime.getAsLong();
  }

  /** The worker's Kafka thread has come round once more. */
  void turned() {
    lastTurn = nanoTime.getAsLong();
  }

  /** The worker has its partitions, or knows that there are none for it. */
  void joined() {
    joined = true;
  }

  /** The worker has ended, whatever the reason. */
  void ended() {
    ended = true;
  }

  /** Why the worker should be started again; empty while it is alive. */
  Optional<String> whyNotAlive() {
    if (ended) {
      return Optional.of("the worker has ended: its log says why");
    }
    long silentSeconds = Duration.ofNanos(nanoTime.getAsLong() - lastTurn).toSeconds();
    return silentSeconds < patience.toSeconds()
        ? Optional.empty()
        : Optional.of("the worker has not polled Kafka for " + silentSeconds + " s");
  }

  /** Why the worker does not work yet, or any more; empty while it is at work. */
  Optional<String> whyNotReady() {
    return whyNotAlive()
        .or(
            () ->
                joined
                    ? Optional.empty()
                    : Optional.of("the worker has not joined its consumer group yet"));
  }
}
