package io.sluice.gpuworker.trainer;

import io.sluice.gpuworker.job.JobControl;
import io.sluice.gpuworker.job.JobOutcome;
import io.sluice.gpuworker.job.JobProgress;
import io.sluice.gpuworker.launch.StopReason;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.JobState;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** The job that a trainer has taken. Used by the Kafka thread alone. */
final class CurrentJob implements AutoCloseable {
  /** Why a job that was cancelled, deleted or ended before the work on it began is passed over. */
  static final String NOT_OPEN = "it is no longer open";

  final TopicPartition partition;
  final long offset;

  /** The job as it was read when it was taken. */
  final FineTuneJob job;

  final JobControl control = new JobControl();
  private final JobWatch watch;
  private Optional<FineTuneJob> newest;
  private Optional<CompletableFuture<JobOutcome>> work = Optional.empty();
  private boolean lost;
  private Optional<Long> reportedAt = Optional.empty();
  private int reportedOutcomes;
  private String reportedDetail = "";

  /**
   * A job on which no work has begun.
   *
   * @param watch is closed with this
   */
  CurrentJob(ConsumerRecord<byte[], byte[]> record, FineTuneJob job, JobWatch watch) {
    this.partition = new TopicPartition(record.topic(), record.partition());
    this.offset = record.offset();
    this.job = job;
    this.watch = watch;
    this.newest = Optional.of(job);
  }

  /** Reads newer versions of the job, and stops the work when the job is no longer open. */
  void update() {
    newest = watch.poll();
    newest.ifPresent(now -> control.setRetracted(now.getRetracted()));
    if (!isOpen() && work.isPresent()) {
      control.stop(StopReason.CANCELLED);
    }
  }

  /** Whether all versions of the job have been read that existed when it was taken. */
  boolean isCaughtUp() {
    return watch.isCaughtUp();
  }

  /** The newest version of the job; the one that was taken when the job was deleted since. */
  FineTuneJob newest() {
    return newest.orElse(job);
  }

  boolean isOpen() {
    return newest.filter(now -> now.getState() == JobState.OPEN).isPresent();
  }

  boolean isCancelled() {
    return newest.filter(now -> now.getState() == JobState.CANCELLED).isPresent();
  }

  void setWork(CompletableFuture<JobOutcome> started) {
    work = Optional.of(started);
  }

  /** The work on the job; empty before it has begun. */
  Optional<CompletableFuture<JobOutcome>> work() {
    return work;
  }

  /** Stops the work, since the job's partition is being assigned to another trainer. */
  void lose() {
    lost = true;
    control.stop(StopReason.HANDED_ON);
  }

  /** Whether the job's partition no longer belongs to this trainer. */
  boolean isLost() {
    return lost;
  }

  /** Whether this trainer has not reported anything about the job yet. */
  boolean isUnreported() {
    return reportedAt.isEmpty();
  }

  /** Whether the progress has news, or the last report is {@code everyNanos} old. */
  boolean isReportDue(JobProgress progress, long now, long everyNanos) {
    return reportedAt.isEmpty()
        || progress.outcomes().size() != reportedOutcomes
        || !progress.detail().equals(reportedDetail)
        || now - reportedAt.get() >= everyNanos;
  }

  /** Notes that this progress was reported. */
  void setReported(JobProgress progress, long now) {
    reportedAt = Optional.of(now);
    reportedOutcomes = progress.outcomes().size();
    reportedDetail = progress.detail();
    control.startNextReport();
  }

  @Override
  public void close() {
    watch.close();
  }
}
