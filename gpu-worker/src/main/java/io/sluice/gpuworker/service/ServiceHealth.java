package io.sluice.gpuworker.service;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Whether a service is alive and has its part of the work. Told by its thread, asked by any. */
public final class ServiceHealth {
  private final LongSupplier nanoTime;
  private final Duration patience;
  private volatile long lastTurn;
  private volatile boolean joined;
  private volatile boolean ended;

  /**
   * A service that is just being started.
   *
   * @param nanoTime a clock in nanoseconds, of any origin
   * @param patience after so long without a turn the service counts as stuck
   */
  public ServiceHealth(LongSupplier nanoTime, Duration patience) {
    this.nanoTime = nanoTime;
    this.patience = patience;
    this.lastTurn = nanoTime.getAsLong();
  }

  /** The service's Kafka thread has come round once more. */
  public void turned() {
    lastTurn = nanoTime.getAsLong();
  }

  /** The service has its partitions, or knows that there are none for it. */
  public void joined() {
    joined = true;
  }

  /** The service has ended, whatever the reason. */
  public void ended() {
    ended = true;
  }

  /** Why the service should be started again; empty while it is alive. */
  public Optional<String> whyNotAlive() {
    if (ended) {
      return Optional.of("it has ended: its log says why");
    }
    long silentSeconds = Duration.ofNanos(nanoTime.getAsLong() - lastTurn).toSeconds();
    return silentSeconds < patience.toSeconds()
        ? Optional.empty()
        : Optional.of("it has not polled Kafka for " + silentSeconds + " s");
  }

  /** Why the service does not work yet, or any more; empty while it is at work. */
  public Optional<String> whyNotReady() {
    return whyNotAlive()
        .or(
            () ->
                joined
                    ? Optional.empty()
                    : Optional.of("it has not joined its consumer group yet"));
  }
}
