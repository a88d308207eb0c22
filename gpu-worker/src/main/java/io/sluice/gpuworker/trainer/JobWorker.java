package io.sluice.gpuworker.trainer;

import io.sluice.gpuworker.device.DeviceFailure;
import io.sluice.gpuworker.job.JobControl;
import io.sluice.gpuworker.job.JobOutcome;
import io.sluice.gpuworker.service.ServiceFailure;
import io.sluice.schemas.FineTuneJob;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the work on jobs beside the trainer's Kafka thread, whose methods these are.
 *
 * @param executor runs the work, on one thread
 * @param work the work on a job
 * @param stopTimeout how long a rebalance waits for work that was asked to stop
 */
record JobWorker(Executor executor, Work work, Duration stopTimeout) {
  private static final Logger LOG = LoggerFactory.getLogger(JobWorker.class);

  /** The work on a job. */
  @FunctionalInterface
  interface Work {
    /** Blocks until the job has an outcome, or until the control asks for a stop. */
    JobOutcome run(FineTuneJob job, JobControl control);
  }

  /** Starts the work on the newest version of a job; returns at once. */
  CompletableFuture<JobOutcome> start(CurrentJob current) {
    FineTuneJob newest = current.newest();
    return CompletableFuture.supplyAsync(() -> work.run(newest, current.control), executor);
  }

  /**
   * The outcome of work that is done.
   *
   * @throws ServiceFailure when the work failed for a reason that is not the job's
   * @throws DeviceFailure when it failed because the device did
   */
  static JobOutcome outcome(CompletableFuture<JobOutcome> done) {
    try {
      return done.get();
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof DeviceFailure failure) {
        throw failure;
      }
      throw e.getCause() instanceof ServiceFailure failure
          ? failure
          : new ServiceFailure("the work on a job failed: " + e.getCause(), e.getCause());
    }
  }

  /** Waits for work that was asked to stop, so that the next trainer finds it stopped. */
  void awaitStopped(CompletableFuture<JobOutcome> stopping) {
    try {
      stopping.get(stopTimeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      LOG.atWarn().log("A job's partition is reassigned before the work on the job has stopped");
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
