package io.sluice.streams.api;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * What a job of a list was worth.
 *
 * @param job id of the job
 * @param task id of its task
 * @param revision the task's revision
 * @param budget examples asked for
 * @param sequence number of the job among those of this task, revision and budget, from 0
 * @param state what a trainer reported last, such as {@code progress} or {@code finished}
 * @param reportedAt when it did, in ISO 8601, UTC
 * @param arms the arms that have been trained and evaluated so far
 */
record ResultView(
    String job,
    String task,
    int revision,
    int budget,
    int sequence,
    String state,
    String reportedAt,
    @JsonUnwrapped ArmResults arms) {
  static ResultView of(FineTuneJob job, FineTuneResult report) {
    return new ResultView(
        job.getJobId(),
        job.getTaskId(),
        job.getRevision(),
        job.getBudget(),
        job.getSequence(),
        report.getState().name().toLowerCase(Locale.ROOT),
        Instant.ofEpochMilli(report.getReportedAt()).toString(),
        ArmResults.of(job, Optional.of(report)));
  }
}
