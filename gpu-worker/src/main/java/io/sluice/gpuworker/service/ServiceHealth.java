package io.sluice.gpuworker.service;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Whether a service is alive, and whether it takes part in the work of its group. The service's
 * threads report to it; any thread may ask.
 */
public final class ServiceHealth {
  private final LongSupplier nanoTime;
  private final Duration patience;
  private volatile long lastTurn;
  private volatile boolean joined;
  private volatile boolean ended;

  /**
   * The health of a service that is being started.
   *
   * @param nanoTime a clock in nanoseconds, of any origin
   * @param patience after this time without a turn the service counts as stuck
   */
  public ServiceHealth(LongSupplier nanoTime, Duration patience) {
    this.nanoTime = nanoTime;
    this.patience = patience;
    this.lastTurn = nanoTime.getAsLong();
  }

  /** Reports that the service's Kafka thread has completed a turn of its loop. */
  public void turned() {
    lastTurn = nanoTime.getAsLong();
  }

  /** Reports that the service has joined its group, with partitions or without. */
  public void joined() {
    joined = true;
  }

  /** Reports that the service has ended, for whatever reason. */
  public void ended() {
    ended = true;
  }

  /** Why the service should be restarted; empty while it is alive. */
  public Optional<String> whyNotAlive() {
    if (ended) {
      return Optional.of("it has ended: its log says why");
    }
    long silentSeconds = Duration.ofNanos(nanoTime.getAsLong() - lastTurn).toSeconds();
    return silentSeconds < patience.toSeconds()
        ? Optional.empty()
        : Optional.of("it has not polled Kafka for " + silentSeconds + " s");
  }

  /** Why the service is not working; empty while it is. */
  public Optional<String> whyNotReady() {
    return whyNotAlive()
        .or(
            () ->
                joined
                    ? Optional.empty()
                    : Optional.of("it has not joined its consumer group yet"));
  }
}
