package io.sluice.gpuworker.trainer;

import io.sluice.gpuworker.job.JobProgress;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.validation.ForeignText;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/**
 * Creates the records of a trainer's reports.
 *
 * @param name of the trainer, unique among those that run
 * @param lease how long the trainer may stay silent before another one takes its job
 * @param clock for the times in the reports
 * @param bound of the reports' size
 */
record ReportRecords(String name, Duration lease, Clock clock, ReportBound bound) {

  /** The job is being worked on. */
  FineTuneResult progress(FineTuneJob job, FineTuneState state, JobProgress progress) {
    return bound.fit(
        report(job, state, progress)
            .setDetail(shown(progress.detail()))
            .setLeaseUntil(clock.millis() + lease.toMillis())
            .setProgress(progress.training().map(List::of).orElse(List.of()))
            .build());
  }

  /** The job is left to another trainer, which need not wait for the lease to expire. */
  FineTuneResult left(FineTuneJob job, JobProgress progress) {
    return bound.fit(
        report(job, FineTuneState.PROGRESS, progress)
            .setDetail("the trainer was stopped: the next one continues")
            .setLeaseUntil(clock.millis())
            .build());
  }

  /**
   * The job is left to another trainer because the device failed. That is not the job's fault, so
   * the attempt does not count.
   *
   * @param reason what happened to the device
   */
  FineTuneResult leftByDevice(FineTuneJob job, JobProgress progress, String reason) {
    return bound.fit(
        report(job, FineTuneState.PROGRESS, progress)
            .setAttempt(progress.attempt() - 1)
            .setDetail(shown("the next trainer continues: " + reason))
            .setLeaseUntil(clock.millis())
            .build());
  }

  /** The job has ended. */
  FineTuneResult end(
      FineTuneJob job, FineTuneState state, String detail, String output, JobProgress progress) {
    return bound.fit(
        report(job, state, progress).setDetail(shown(detail)).setOutput(output).build());
  }

  /** Details may hold the output of a user's program or text from files of others. */
  private static String shown(String detail) {
    return ForeignText.shown(detail, ReportBound.MAX_DETAIL_CHARACTERS);
  }

  private FineTuneResult.Builder report(
      FineTuneJob job, FineTuneState state, JobProgress progress) {
    return FineTuneResult.newBuilder()
        .setJobId(job.getJobId())
        .setTaskId(job.getTaskId())
        .setState(state)
        .setAttempt(progress.attempt())
        .setTrainer(name)
        .setReportedAt(clock.millis())
        .setOutcomes(progress.outcomes())
        .setLog(progress.log());
  }
}
