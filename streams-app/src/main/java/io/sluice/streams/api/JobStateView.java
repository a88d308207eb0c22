package io.sluice.streams.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.TrainingProgress;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * How a job is getting on.
 *
 * @param job id of the job
 * @param task id of its task
 * @param revision the task's revision
 * @param budget examples asked for
 * @param sequence number of the job among those of this task, revision and budget, from 0
 * @param trigger why it fired
 * @param firedAt when it fired, in ISO 8601, UTC
 * @param state {@code open}, {@code finished}, {@code failed} or {@code cancelled}
 * @param trainerState what a trainer reported last; {@code waiting} while no trainer has taken an
 *     open job; absent if the last report is not known
 * @param detail why it failed or was cancelled, or what the trainer is doing
 * @param attempt counts the trainers that took the job, from 1
 * @param trainer the trainer that reported last
 * @param reportedAt when it did
 * @param leaseUntil when another trainer may take the job, unless this one reports again
 * @param armsDone arms and seeds that are trained and evaluated
 * @param progress the training run under way
 */
record JobStateView(
    String job,
    String task,
    int revision,
    int budget,
    int sequence,
    String trigger,
    String firedAt,
    String state,
    Optional<String> trainerState,
    String detail,
    Optional<Integer> attempt,
    Optional<String> trainer,
    Optional<String> reportedAt,
    Optional<String> leaseUntil,
    int armsDone,
    Optional<ProgressView> progress) {
  private static final String OPEN = "open";

  /**
   * A job with the last report about it.
   *
   * @param job as {@link JobView} writes it
   */
  static JobStateView of(JsonNode job, Optional<FineTuneResult> report) {
    String state = job.path("state").asText();
    String detail = job.path("detail").asText();
    return new JobStateView(
        job.path("job").asText(),
        job.path("task").asText(),
        job.path("revision").asInt(),
        job.path("budget").asInt(),
        job.path("sequence").asInt(),
        job.path("trigger").asText(),
        job.path("fired_at").asText(),
        state,
        report
            .map(each -> each.getState().name().toLowerCase(Locale.ROOT))
            .or(() -> Optional.of("waiting").filter(waiting -> state.equals(OPEN))),
        detail.isEmpty() ? report.map(FineTuneResult::getDetail).orElse("") : detail,
        report.map(FineTuneResult::getAttempt),
        report.map(FineTuneResult::getTrainer),
        report.map(FineTuneResult::getReportedAt).flatMap(JobStateView::time),
        report.map(FineTuneResult::getLeaseUntil).flatMap(JobStateView::time),
        report.map(each -> each.getOutcomes().size()).orElse(0),
        report.stream()
            .flatMap(each -> each.getProgress().stream())
            .findFirst()
            .map(ProgressView::of));
  }

  /** Whether the job has not ended. */
  boolean isOpen() {
    return state.equals(OPEN);
  }

  private static Optional<String> time(long millis) {
    return Optional.of(millis).filter(at -> at > 0).map(at -> Instant.ofEpochMilli(at).toString());
  }

  /** The progress of a training run, as described in the schema {@code TrainingProgress}. */
  record ProgressView(
      String arm, String name, int seed, int step, int steps, double loss, double tokensPerSecond) {
    static ProgressView of(TrainingProgress progress) {
      return new ProgressView(
          progress.getArm().name().toLowerCase(Locale.ROOT),
          progress.getName(),
          progress.getSeed(),
          progress.getStep(),
          progress.getSteps(),
          progress.getLoss(),
          progress.getTokensPerSecond());
    }
  }
}
