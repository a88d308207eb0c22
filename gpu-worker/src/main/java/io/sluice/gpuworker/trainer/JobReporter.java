package io.sluice.gpuworker.trainer;

import io.sluice.gpuworker.device.DeviceFailure;
import io.sluice.gpuworker.job.JobProgress;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports the progress and the end of the current job when a report is due. After a report that
 * Kafka did not acknowledge, the next attempt is made one second later at the earliest.
 *
 * <p>Used by the Kafka thread alone.
 */
final class JobReporter {
  private static final Logger LOG = LoggerFactory.getLogger(JobReporter.class);
  private static final long RETRY_NANOS = Duration.ofSeconds(1).toNanos();

  private final JobReports reports;
  private final ReportRecords records;
  private final long everyNanos;
  private final LongSupplier nanoTime;
  private Optional<Long> failedAt = Optional.empty();

  /**
   * A reporter of one trainer.
   *
   * @param reports sends the records
   * @param records creates the records
   * @param every time between two reports of progress
   * @param nanoTime a clock in nanoseconds, of any origin
   */
  JobReporter(JobReports reports, ReportRecords records, Duration every, LongSupplier nanoTime) {
    this.reports = reports;
    this.records = records;
    this.everyNanos = every.toNanos();
    this.nanoTime = nanoTime;
  }

  /** Reports the job's progress, if a report is due. */
  void reportProgress(CurrentJob job) {
    long now = nanoTime.getAsLong();
    Optional<JobProgress> due =
        job.control.progress().filter(progress -> job.isReportDue(progress, now, everyNanos));
    if (due.isEmpty()) {
      return;
    }
    FineTuneState state = job.isUnreported() ? FineTuneState.STARTED : FineTuneState.PROGRESS;
    if (send(records.progress(job.newest(), state, due.get()), job, job.offset)) {
      JobProgressLog.log(job.job, due.get());
      job.setReported(due.get(), now);
    }
  }

  /**
   * Reports the end of the job, and in the same transaction commits the offset behind it.
   *
   * @return whether Kafka has acknowledged it; if not, call this again in the next turn
   */
  boolean reportEnd(CurrentJob job, FineTuneState state, String detail, String output) {
    JobProgress progress = job.control.progress().orElse(JobProgress.of(1, "", List.of()));
    FineTuneResult report = records.end(job.newest(), state, detail, output, progress);
    boolean sent = send(report, job, job.offset + 1);
    if (sent) {
      LOG.atInfo()
          .addKeyValue("job", job.job.getJobId())
          .addKeyValue("state", state)
          .addKeyValue("detail", report.getDetail())
          .log("Job ended");
    }
    return sent;
  }

  /** Reports once, without a retry, that a job which was reported as started is left. */
  void reportLeft(CurrentJob job) {
    leave(job, progress -> records.left(job.newest(), progress));
  }

  /** The same for a job that is left because the trainer's device failed. */
  void reportLeft(CurrentJob job, DeviceFailure failure) {
    leave(job, it -> records.leftByDevice(job.newest(), it, String.valueOf(failure.getMessage())));
  }

  private void leave(CurrentJob job, Function<JobProgress, FineTuneResult> report) {
    if (!job.isUnreported()) {
      job.control
          .progress()
          .ifPresent(progress -> reports.send(report.apply(progress), job.partition, job.offset));
    }
  }

  /**
   * Makes a record a dead letter, and in the same transaction commits the offset behind it.
   *
   * @return whether Kafka has acknowledged it; if not, call this again in the next turn
   */
  boolean reportUnusable(ConsumerRecord<byte[], byte[]> record, String reason) {
    boolean sent = unlessJustFailed(() -> reports.sendDeadLetter(record, reason));
    if (sent) {
      LOG.atWarn()
          .addKeyValue("topic", record.topic())
          .addKeyValue("partition", record.partition())
          .addKeyValue("offset", record.offset())
          .addKeyValue("reason", reason)
          .log("Unusable record became a dead letter");
    }
    return sent;
  }

  private boolean send(FineTuneResult report, CurrentJob job, long offset) {
    return unlessJustFailed(() -> reports.send(report, job.partition, offset));
  }

  private boolean unlessJustFailed(BooleanSupplier attempt) {
    long now = nanoTime.getAsLong();
    if (failedAt.filter(at -> now - at < RETRY_NANOS).isPresent()) {
      return false;
    }
    boolean sent = attempt.getAsBoolean();
    failedAt = sent ? Optional.empty() : Optional.of(now);
    return sent;
  }
}
