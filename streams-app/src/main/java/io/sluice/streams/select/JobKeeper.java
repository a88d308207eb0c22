package io.sluice.streams.select;

import io.sluice.schemas.DatasetPart;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.JobState;
import io.sluice.schemas.JobTrigger;
import io.sluice.schemas.TargetTask;
import io.sluice.streams.deadletter.InvalidRecordException;
import io.sluice.streams.trigger.TierState;
import io.sluice.streams.trigger.TriggerPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fires, cancels and ends the fine-tune jobs of tasks. What is stored of them, what is kept in
 * memory and what is published change together.
 */
final class JobKeeper {
  private static final Logger log = LoggerFactory.getLogger(JobKeeper.class);

  private final SelectStores stores;
  private final int shards;
  private final BiConsumer<String, Publication> publish;

  /**
   * A keeper.
   *
   * @param shards how many shards count
   * @param publish takes what is to be published, by task id
   */
  JobKeeper(SelectStores stores, int shards, BiConsumer<String, Publication> publish) {
    this.stores = stores;
    this.shards = shards;
    this.publish = publish;
  }

  /**
   * Fires what is due.
   *
   * @return when to look again although nothing has changed by then
   */
  Optional<Instant> fireDue(ServedTask task, Instant now) {
    if (!isSettled(task)) {
      // This is not, or not for long, the subset of all seen.
      return Optional.empty();
    }
    TargetTask definition = task.served().definition();
    TriggerPolicy policy =
        new TriggerPolicy(
            definition.getMinPoolFactor(),
            definition.getRefreshTurnover(),
            Duration.ofSeconds(definition.getCooldown()));
    Optional<Instant> next = Optional.empty();
    for (int budget : definition.getBudgets()) {
      TriggerPolicy.Decision decision = policy.decide(state(task, budget), now);
      if (decision instanceof TriggerPolicy.Decision.Fire fire) {
        fire(task, budget, trigger(fire.reason()), "", now);
      } else if (decision instanceof TriggerPolicy.Decision.Wait wait) {
        next =
            next.filter(earlier -> earlier.isBefore(wait.until()))
                .or(() -> Optional.of(wait.until()));
      }
    }
    return next;
  }

  /**
   * Fires a job that somebody asks for.
   *
   * @throws InvalidRecordException when it cannot fire; nothing has changed then
   */
  void fireOnRequest(ServedTask task, int budget, String requestId, Instant now) {
    TargetTask definition = task.served().definition();
    if (!isSettled(task)) {
      throw new InvalidRecordException(
          "candidates are still being scored for task '%s': try again when 'task list' shows none waiting"
              .formatted(task.id()));
    }
    if (!definition.getBudgets().contains(budget)) {
      throw new InvalidRecordException(
          "task '%s' has no budget %d: it has %s"
              .formatted(task.id(), budget, definition.getBudgets()));
    }
    TriggerPolicy.refusal(state(task, budget))
        .ifPresent(
            reason -> {
              throw new InvalidRecordException("task '%s': %s".formatted(task.id(), reason));
            });
    fire(task, budget, JobTrigger.MANUAL, requestId, now);
  }

  /**
   * Cancels a job that somebody asks to.
   *
   * @throws InvalidRecordException when there is none, or it has ended
   */
  void cancelOnRequest(ServedTask task, String jobId) {
    FineTuneJob job =
        task.jobs()
            .find(jobId)
            .orElseThrow(
                () ->
                    new InvalidRecordException(
                        "task '%s' has no job '%s'".formatted(task.id(), jobId)));
    if (job.getState() != JobState.OPEN) {
      throw new InvalidRecordException(
          "job '%s' has ended already: it is %s".formatted(jobId, job.getState()));
    }
    end(task, job, JobState.CANCELLED, "cancelled on request");
  }

  /** Nobody needs what is being trained for a task that is gone. */
  void cancelAll(ServedTask task) {
    task.jobs().open().forEach(job -> end(task, job, JobState.CANCELLED, "the task was removed"));
  }

  /** A trainer's last word about a job; that of a job which has ended changes nothing. */
  void reported(ServedTask task, FineTuneResult result) {
    task.jobs()
        .find(result.getJobId())
        .filter(job -> job.getState() == JobState.OPEN)
        .ifPresent(
            job ->
                end(
                    task,
                    job,
                    result.getState() == FineTuneState.FINISHED
                        ? JobState.FINISHED
                        : JobState.FAILED,
                    result.getDetail()));
  }

  /** A candidate was retracted, or its content replaced: jobs that train on it are to say so. */
  void retracted(ServedTask task, String candidateId) {
    stores
        .memberships(task.id(), candidateId)
        .forEach(
            (member, membership) -> {
              if (!membership.retracted()) {
                stores.putMember(member, membership.asRetracted());
                task.jobs().retracted(member.jobId(), candidateId);
              }
            });
  }

  /** Has jobs tell the retractions since the last time, together: there can be thousands. */
  void tellRetractions(ServedTask task) {
    task.jobs().takeOutdated().forEach(job -> change(task, job));
  }

  private boolean isSettled(ServedTask task) {
    return task.incoming().isEmpty() && task.served().isComplete(shards);
  }

  private static TierState state(ServedTask task, int budget) {
    TaskSelection selection = task.served();
    return new TierState(
        budget,
        selection.selected(),
        selection.pool(),
        task.jobs().isOpen(budget),
        task.jobs()
            .last(selection.revision(), budget)
            .map(
                last ->
                    new TierState.LastJob(
                        Instant.ofEpochMilli(last.firedAt()),
                        selection.turnover(budget, last.selected()))));
  }

  private static JobTrigger trigger(TriggerPolicy.Reason reason) {
    return switch (reason) {
      case FULL -> JobTrigger.FULL;
      case REFRESH -> JobTrigger.REFRESH;
    };
  }

  private void fire(
      ServedTask task, int budget, JobTrigger trigger, String requestId, Instant now) {
    TaskSelection selection = task.served();
    int sequence =
        task.jobs().last(selection.revision(), budget).map(last -> last.sequence() + 1).orElse(0);
    Publication.JobFired fired =
        new JobRecords(selection, id -> stores.nominationOf(selection.key(id)))
            .fired(budget, sequence, trigger, requestId, now);
    Set<String> selected = new HashSet<>();
    Set<String> random = new HashSet<>();
    fired
        .dataset()
        .forEach(
            example -> {
              if (example.getPart() == DatasetPart.SELECTED) {
                selected.add(example.getCandidateId());
              } else if (example.getPart() == DatasetPart.RANDOM) {
                random.add(example.getCandidateId());
              }
            });
    random.removeAll(selected);
    selected.forEach(id -> putMember(fired.job(), id, true));
    random.forEach(id -> putMember(fired.job(), id, false));
    stores.putJob(fired.job());
    task.jobs().fired(fired.job(), selected);
    publish.accept(task.id(), fired);
    log.atInfo()
        .addKeyValue("job", fired.job().getJobId())
        .addKeyValue("trigger", trigger)
        .addKeyValue("pool", fired.job().getPoolSize())
        .log("Fine-tune job fired");
  }

  private void putMember(FineTuneJob job, String candidateId, boolean selected) {
    stores.putMember(
        new JobMember(job.getTaskId(), candidateId, job.getJobId()),
        new Membership(selected, false));
  }

  private void end(ServedTask task, FineTuneJob job, JobState state, String detail) {
    change(task, FineTuneJob.newBuilder(job).setState(state).setDetail(detail).build());
    log.atInfo()
        .addKeyValue("job", job.getJobId())
        .addKeyValue("state", state)
        .log("Fine-tune job ended");
  }

  private void change(ServedTask task, FineTuneJob job) {
    stores.putJob(job);
    task.jobs().changed(job);
    publish.accept(task.id(), new Publication.Job(job));
  }
}
