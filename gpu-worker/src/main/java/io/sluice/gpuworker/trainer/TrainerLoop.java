package io.sluice.gpuworker.trainer;

import io.sluice.gpuworker.device.DeviceFailure;
import io.sluice.gpuworker.job.JobOutcome;
import io.sluice.gpuworker.launch.StopReason;
import io.sluice.gpuworker.service.ServiceFailure;
import io.sluice.gpuworker.service.ServiceHealth;
import io.sluice.schemas.FineTuneState;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop of a trainer's Kafka thread, which calls all of its methods. It takes one job at a time,
 * has another thread work on it, and keeps polling meanwhile: membership of the consumer group is
 * the lease of the job. A trainer that stops polling loses its partitions, and the trainer that
 * they are assigned to reads the job again.
 */
final class TrainerLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TrainerLoop.class);

  private static final Duration POLL_TIMEOUT = Duration.ofMillis(100);

  private final JobQueue queue;
  private final JobWorker worker;
  private final JobReporter reporter;
  private final TrainerMetrics metrics;
  private final ServiceHealth health;
  private Optional<CurrentJob> current = Optional.empty();

  /** A loop that has not joined its group yet. */
  TrainerLoop(
      JobQueue queue,
      JobWorker worker,
      JobReporter reporter,
      TrainerMetrics metrics,
      ServiceHealth health) {
    this.queue = queue;
    this.worker = worker;
    this.reporter = reporter;
    this.metrics = metrics;
    this.health = health;
  }

  void subscribe() {
    queue.subscribe(new Partitions());
  }

  /**
   * Polls once and does what has become due; never waits for the work on a job.
   *
   * @throws ServiceFailure when the trainer cannot continue
   */
  void turn() {
    // Before the work on a job begins, the watch is what to wait for.
    boolean begins = current.filter(job -> job.work().isEmpty()).isPresent();
    queue.poll(current.isPresent(), begins ? Duration.ZERO : POLL_TIMEOUT);
    current.ifPresent(this::advance);
    boolean stepped = true;
    while (stepped && current.isEmpty() && queue.hasNext()) {
      int waiting = queue.size();
      current = queue.next();
      stepped = queue.size() < waiting;
    }
    metrics.setProgress(current.flatMap(job -> job.control.progress()));
    health.turned();
  }

  /** Stops the work on the current job and leaves the job to the next trainer. */
  void finish() {
    current.ifPresent(job -> job.control.stop(StopReason.HANDED_ON));
    while (current.flatMap(CurrentJob::work).filter(work -> !work.isDone()).isPresent()) {
      queue.poll(true, POLL_TIMEOUT);
      health.turned();
    }
    current.filter(job -> job.work().isPresent()).ifPresent(this::advance);
    current.ifPresent(
        job -> {
          if (!job.isLost()) {
            reporter.reportLeft(job);
          }
          drop(job);
        });
  }

  /** Releases the current job, in case that a turn has failed. */
  @Override
  public void close() {
    current.ifPresent(this::drop);
  }

  private void advance(CurrentJob job) {
    job.update();
    if (job.work().isEmpty()) {
      if (job.isLost()) {
        drop(job);
      } else if (job.isCaughtUp()) {
        begin(job);
      }
    } else if (job.work().get().isDone()) {
      end(job, outcome(job));
    } else if (!job.isLost()) {
      reporter.reportProgress(job);
    }
  }

  /** A job whose work ended with the device is left to the next trainer, and this one ends. */
  private JobOutcome outcome(CurrentJob job) {
    try {
      return JobWorker.outcome(job.work().orElseThrow());
    } catch (DeviceFailure e) {
      if (!job.isLost()) {
        reporter.reportLeft(job, e);
      }
      throw new ServiceFailure(e.getMessage() + "; the next trainer continues the job", e);
    }
  }

  private void begin(CurrentJob job) {
    if (!job.isOpen()) {
      passOver(job, CurrentJob.NOT_OPEN);
      return;
    }
    LOG.atInfo()
        .addKeyValue("job", job.job.getJobId())
        .addKeyValue("task", job.job.getTaskId())
        .addKeyValue("budget", job.job.getBudget())
        .log("Job taken");
    job.setWork(worker.start(job));
  }

  private void end(CurrentJob job, JobOutcome outcome) {
    if (job.isLost()) {
      drop(job);
      return;
    }
    outcome.match(
        finished -> conclude(job, FineTuneState.FINISHED, finished.detail(), finished.output()),
        failed -> conclude(job, FineTuneState.FAILED, failed.reason(), ""),
        stopped -> endStopped(job),
        passedOver -> passOver(job, passedOver.reason()));
  }

  /** A job whose work was stopped because the trainer is closing stays open and is kept. */
  private void endStopped(CurrentJob job) {
    if (job.isCancelled()) {
      conclude(job, FineTuneState.CANCELLED, job.newest().getDetail(), "");
    } else if (!job.isOpen()) {
      passOver(job, "it has ended meanwhile");
    }
  }

  /** A report that Kafka does not acknowledge is sent again in the next turn. */
  private void conclude(CurrentJob job, FineTuneState state, String detail, String output) {
    if (reporter.reportEnd(job, state, detail, output)) {
      metrics.countEnded(state);
      drop(job);
    }
  }

  private void passOver(CurrentJob job, String reason) {
    queue.passOver(job, reason);
    drop(job);
  }

  private void drop(CurrentJob job) {
    job.close();
    current = Optional.empty();
  }

  /** Reacts to rebalances. Kafka calls it on the thread that polls. */
  private final class Partitions implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      LOG.atInfo().addKeyValue("partitions", partitions).log("Partitions assigned");
      health.joined();
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      release(partitions).ifPresent(worker::awaitStopped);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      release(partitions);
    }

    /** Returns the work that was stopped for it, if any. */
    private Optional<CompletableFuture<JobOutcome>> release(Collection<TopicPartition> partitions) {
      LOG.atInfo().addKeyValue("partitions", partitions).log("Partitions released");
      queue.forget(partitions);
      Optional<CurrentJob> losing =
          current.filter(job -> partitions.contains(job.partition) && !job.isLost());
      losing.ifPresent(CurrentJob::lose);
      return losing.flatMap(CurrentJob::work);
    }
  }
}
