package io.sluice.gpuworker.trainer;

import io.sluice.gpuworker.job.Ending;
import io.sluice.gpuworker.job.JobControl;
import io.sluice.gpuworker.job.JobProgress;
import io.sluice.gpuworker.launch.Stop;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.JobState;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** The job that a trainer has taken. Used by the Kafka thread alone. */
final class JobInHand implements AutoCloseable {
  final TopicPartition partition;
  final long offset;
  final FineTuneJob job;
  final JobControl control = new JobControl();
  private final JobWatch watch;
  private Optional<FineTuneJob> newest;
  private Optional<CompletableFuture<Ending>> work = Optional.empty();
  private boolean lost;
  private Optional<Long> reportedAt = Optional.empty();
  private int reportedOutcomes;
  private String reportedDetail = "";

  JobInHand(ConsumerRecord<byte[], byte[]> record, FineTuneJob job, JobWatch watch) {
    this.partition = new TopicPartition(record.topic(), record.partition());
    this.offset = record.offset();
    this.job = job;
    this.watch = watch;
    this.newest = Optional.of(job);
  }

  /** Reads what has become of the job meanwhile, and stops the work when nobody wants it. */
  void look() {
    newest = watch.poll();
    newest.ifPresent(now -> control.retracted(now.getRetracted()));
    if (!isOpen() && work.isPresent()) {
      control.stop(Stop.CANCELLED);
    }
  }

  /** Whether it is known what the job is now. */
  boolean isKnown() {
    return watch.isCaughtUp();
  }

  /** The job as it is now; as it was read when it was deleted since. */
  FineTuneJob newest() {
    return newest.orElse(job);
  }

  boolean isOpen() {
    return newest.filter(now -> now.getState() == JobState.OPEN).isPresent();
  }

  boolean isCancelled() {
    return newest.filter(now -> now.getState() == JobState.CANCELLED).isPresent();
  }

  void begun(CompletableFuture<Ending> begun) {
    work = Optional.of(begun);
  }

  Optional<CompletableFuture<Ending>> work() {
    return work;
  }

  /** Another trainer has its partition now. */
  void lose() {
    lost = true;
    control.stop(Stop.HANDED_ON);
  }

  boolean isLost() {
    return lost;
  }

  /** Whether nothing was reported yet. */
  boolean isUnreported() {
    return reportedAt.isEmpty();
  }

  /** Whether something new is to be told, or it is time. */
  boolean isReportDue(JobProgress progress, long now, long everyNanos) {
    return reportedAt.isEmpty()
        || progress.outcomes().size() != reportedOutcomes
        || !progress.detail().equals(reportedDetail)
        || now - reportedAt.get() >= everyNanos;
  }

  /** Notes that this was told. */
  void reported(JobProgress progress, long now) {
    reportedAt = Optional.of(now);
    reportedOutcomes = progress.outcomes().size();
    reportedDetail = progress.detail();
    control.reported();
  }

  @Override
  public void close() {
    watch.close();
  }
}
