package io.sluice.gpuworker.trainer;

import io.sluice.gpuworker.job.JobProgress;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says of the job in hand what is due. A report that Kafka does not take is put off: asked for at
 * each turn, it is tried a second later.
 */
final class JobReporter {
  private static final Logger LOG = LoggerFactory.getLogger(JobReporter.class);
  private static final long TRY_AGAIN_NANOS = Duration.ofSeconds(1).toNanos();

  private final JobReports reports;
  private final TrainerIdentity identity;
  private final long everyNanos;
  private final LongSupplier nanoTime;
  private Optional<Long> putOffAt = Optional.empty();

  /**
   * The reports of one trainer.
   *
   * @param every time between two reports of progress
   * @param nanoTime a clock in nanoseconds, of any origin
   */
  JobReporter(JobReports reports, TrainerIdentity identity, Duration every, LongSupplier nanoTime) {
    this.reports = reports;
    this.identity = identity;
    this.everyNanos = every.toNanos();
    this.nanoTime = nanoTime;
  }

  /** How far the job has come, when there is something new or it is time. */
  void progress(JobInHand job) {
    long now = nanoTime.getAsLong();
    Optional<JobProgress> due =
        job.control.progress().filter(progress -> job.isReportDue(progress, now, everyNanos));
    if (due.isEmpty()) {
      return;
    }
    FineTuneState state = job.isUnreported() ? FineTuneState.STARTED : FineTuneState.PROGRESS;
    if (send(identity.going(job.newest(), state, due.get()), job, job.offset)) {
      ProgressLines.log(job.job, due.get());
      job.reported(due.get(), now);
    }
  }

  /**
   * The end of the job, together with the step past it.
   *
   * @return whether Kafka has it; else it is to be asked for again
   */
  boolean end(JobInHand job, FineTuneState state, String detail, String output) {
    JobProgress progress =
        job.control.progress().orElse(new JobProgress(1, "", Optional.empty(), List.of()));
    boolean sent =
        send(identity.ended(job.newest(), state, detail, output, progress), job, job.offset + 1);
    if (sent) {
      LOG.atInfo()
          .addKeyValue("job", job.job.getJobId())
          .addKeyValue("state", state)
          .addKeyValue("detail", detail)
          .log("Job ended");
    }
    return sent;
  }

  /** That a job of which something was reported is left to the next trainer; tried once. */
  void left(JobInHand job) {
    if (!job.isUnreported()) {
      job.control
          .progress()
          .ifPresent(
              progress ->
                  reports.send(identity.left(job.newest(), progress), job.partition, job.offset));
    }
  }

  private boolean send(FineTuneResult report, JobInHand job, long offset) {
    long now = nanoTime.getAsLong();
    if (putOffAt.filter(at -> now - at < TRY_AGAIN_NANOS).isPresent()) {
      return false;
    }
    boolean sent = reports.send(report, job.partition, offset);
    putOffAt = sent ? Optional.empty() : Optional.of(now);
    return sent;
  }
}
