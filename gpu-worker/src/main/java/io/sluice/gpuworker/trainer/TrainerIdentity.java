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
 * Makes the records of a trainer's reports.
 *
 * @param name of the trainer, unique among those that run
 * @param lease how long it may be silent before another takes its job
 * @param clock of the machine
 */
record TrainerIdentity(String name, Duration lease, Clock clock) {
  private static final int LONGEST_DETAIL = 1000;

  /** The job is being worked on. */
  FineTuneResult going(FineTuneJob job, FineTuneState state, JobProgress progress) {
    return report(job, state, progress)
        .setDetail(shown(progress.detail()))
        .setLeaseUntil(clock.millis() + lease.toMillis())
        .setProgress(progress.training().map(List::of).orElse(List.of()))
        .build();
  }

  /** The job is left for another trainer. */
  FineTuneResult left(FineTuneJob job, JobProgress progress) {
    return report(job, FineTuneState.PROGRESS, progress)
        .setDetail("the trainer was stopped: the next one goes on")
        .setLeaseUntil(clock.millis())
        .build();
  }

  /** The job has ended. */
  FineTuneResult ended(
      FineTuneJob job, FineTuneState state, String detail, String output, JobProgress progress) {
    return report(job, state, progress).setDetail(shown(detail)).setOutput(output).build();
  }

  /** Programs and other people's files have a say in it. */
  private static String shown(String detail) {
    return ForeignText.shown(detail, LONGEST_DETAIL);
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
        .setOutcomes(progress.outcomes());
  }
}
