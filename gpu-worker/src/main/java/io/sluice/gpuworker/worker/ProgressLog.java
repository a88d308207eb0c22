package io.sluice.gpuworker.worker;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs a worker's progress every 30 seconds, unless nothing was done since the last time. Used by
 * the worker's Kafka thread alone.
 */
final class ProgressLog {
  private static final Logger LOG = LoggerFactory.getLogger(ProgressLog.class);
  private static final long INTERVAL_NANOS = Duration.ofSeconds(30).toNanos();

  private final LongSupplier nanoTime;
  private long last;
  private long lastDone;

  /**
   * A log whose first interval begins now.
   *
   * @param nanoTime a clock in nanoseconds, of any origin
   */
  ProgressLog(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.last = nanoTime.getAsLong();
  }

  /** Logs the progress if it is due. Call it in each turn of the worker. */
  void logIfDue(Supplier<WorkerProgress> progressNow) {
    long now = nanoTime.getAsLong();
    if (now - last < INTERVAL_NANOS) {
      return;
    }
    WorkerProgress progress = progressNow.get();
    long done = progress.candidatesSeen() + progress.tasksRepresented() + progress.deadLettered();
    last = now;
    if (done == lastDone) {
      return;
    }
    lastDone = done;
    LOG.atInfo()
        .addKeyValue("candidatesSeen", progress.candidatesSeen())
        .addKeyValue("represented", progress.represented())
        .addKeyValue("retracted", progress.retracted())
        .addKeyValue("deadLettered", progress.deadLettered())
        .addKeyValue("tasksRepresented", progress.tasksRepresented())
        .addKeyValue("examplesPerSecond", "%.1f".formatted(progress.examplesPerSecond()))
        .log("Worker progress");
  }
}
