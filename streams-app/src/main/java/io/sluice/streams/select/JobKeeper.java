package io.sluice.streams.select;

import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.JobArm;
import io.sluice.schemas.JobState;
import io.sluice.schemas.JobTrigger;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.schemas.validation.ForeignText;
import io.sluice.streams.deadletter.InvalidRecordException;
import io.sluice.streams.trigger.TierState;
import io.sluice.streams.trigger.TriggerPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fires, cancels and ends the fine-tune jobs of tasks. Each method updates the stored jobs, their
 * copies in memory and the published records together, so that they never differ. Not thread-safe;
 * owned by the processor of one partition.
 */
final class JobKeeper {
  /** What a trainer says about the end of a job becomes part of the job's record. */
  private static final int MAX_DETAIL_CHARACTERS = 1000;

  private static final String TOO_MANY_RETRACTED =
      "more of its examples were retracted than its record has room to name: fire a new job";

  private static final Logger log = LoggerFactory.getLogger(JobKeeper.class);

  private final SelectStores stores;
  private final int shards;
  private final int maxRetractedBytes;
  private final BiConsumer<String, SelectOutput> publish;

  /**
   * Creates the keeper for the tasks of one partition.
   *
   * @param shards number of shards; a task is complete when all of them have reported
   * @param limit size of the largest record: half of it is for the ids of retracted candidates
   * @param publish receives the task id and each publication
   */
  JobKeeper(
      SelectStores stores,
      int shards,
      RecordLimit limit,
      BiConsumer<String, SelectOutput> publish) {
    this.stores = stores;
    this.shards = shards;
    this.maxRetractedBytes = limit.bytes() / 2;
    this.publish = publish;
  }

  /**
   * Fires the jobs of a task that are due.
   *
   * @return when a cooldown ends after which another job may be due; empty when none is running
   */
  Optional<Instant> fireDue(ServedTask task, Instant now) {
    if (!isSettled(task)) {
      // The subset is incomplete, or a newer revision is about to replace it.
      return Optional.empty();
    }
    TargetTask definition = task.served().definition();
    TriggerPolicy policy =
        new TriggerPolicy(
            definition.getMinPoolFactor(),
            definition.getRefreshTurnover(),
            Duration.ofSeconds(definition.getCooldown()));
    List<Instant> due = new ArrayList<>();
    for (int budget : definition.getBudgets()) {
      policy
          .decide(state(task, budget), now)
          .match(reason -> fire(task, budget, trigger(reason), "", now), due::add, () -> {});
    }
    return due.stream().min(Comparator.naturalOrder());
  }

  /**
   * Fires a job on request.
   *
   * @throws InvalidRecordException when the job cannot fire; the state is then unchanged
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
          "task '%s' has no budget %d: its budgets are %s"
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
   * Cancels a job on request.
   *
   * @throws InvalidRecordException when there is no such job, or it has ended
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
          "job '%s' has already ended: its state is %s".formatted(jobId, job.getState()));
    }
    end(task, job, JobState.CANCELLED, "cancelled on request");
  }

  /** Cancels the open jobs of a removed task, because their results are no longer needed. */
  void cancelAll(ServedTask task) {
    task.jobs().open().forEach(job -> end(task, job, JobState.CANCELLED, "the task was removed"));
  }

  /** Ends a job with the result that a trainer reported, unless it has already ended. */
  void endByResult(ServedTask task, FineTuneResult result) {
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
                    ForeignText.shown(result.getDetail(), MAX_DETAIL_CHARACTERS)));
  }

  /**
   * Records that a candidate was retracted or its content replaced. The published records of the
   * jobs that train on it include it from the next {@link #publishRetractions} on.
   *
   * <p>The workers of another representation may be behind, so that a companion withdraws a content
   * which the task's own representation had replaced before the job fired. A companion's withdrawal
   * therefore counts only for a candidate that no part by the job's own representation has. If the
   * task does not use the representation of an arm any more, nobody else withdraws the candidates
   * that only this arm has, so the task's own withdrawal counts for them.
   *
   * @param companion the representation of the companion that withdrew it; empty if that was the
   *     task itself
   */
  void retract(ServedTask task, Optional<String> companion, String candidateId) {
    stores
        .memberships(task.id(), candidateId)
        .forEach(
            (member, membership) -> {
              if (!membership.retracted()
                  && concerns(task, member.jobId(), membership, companion)) {
                stores.putMember(member, membership.asRetracted());
                task.jobs().retract(member.jobId(), candidateId);
              }
            });
  }

  private static boolean concerns(
      ServedTask task, String jobId, Membership membership, Optional<String> companion) {
    TaskRevision served = task.servedRevision();
    String withdrawer = companion.orElseGet(() -> served.definition().getRepresentationId());
    if (!membership.others().isEmpty()) {
      return membership.others().contains(withdrawer)
          || companion.isEmpty() && membership.others().stream().noneMatch(served::uses);
    }
    // A later revision may have made the representation of an earlier one that of an arm.
    return companion.isEmpty()
        || task.jobs()
            .find(jobId)
            .filter(job -> job.getRepresentationId().equals(withdrawer))
            .isPresent();
  }

  /**
   * Publishes each affected job once, with all retractions since the last call, because thousands
   * of candidates may have been retracted in between. An open job whose record has no room for all
   * of them is cancelled, because a trainer could not leave them out.
   */
  void publishRetractions(ServedTask task) {
    for (FineTuneJob job : task.jobs().takeOutdated(maxRetractedBytes)) {
      if (job.getRetractedIncomplete() && job.getState() == JobState.OPEN) {
        end(task, job, JobState.CANCELLED, TOO_MANY_RETRACTED);
      } else {
        change(task, job);
      }
    }
  }

  private boolean isSettled(ServedTask task) {
    return task.incoming().isEmpty() && task.served().isComplete(shards);
  }

  private TierState state(ServedTask task, int budget) {
    TaskSelection selection = task.served();
    ArmReadiness readiness = new ArmReadiness(shards);
    List<ArmSubset> arms = task.servedRevision().arms(budget);
    return new TierState(
        budget,
        selection.sizes().of(budget),
        selection.sizes().isEnded(budget),
        arms.stream().mapToLong(arm -> arm.selection().pool()).reduce(selection.pool(), Math::min),
        arms.stream()
            .map(arm -> readiness.problem(selection, arm))
            .flatMap(Optional::stream)
            .findFirst(),
        task.jobs().isOpen(budget),
        task.jobs()
            .last(selection.revision(), budget)
            .map(
                last ->
                    new TierState.LastJob(
                        Instant.ofEpochMilli(last.firedAt()),
                        selection.current().turnover(budget, last))));
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
    SelectOutput.JobFired fired =
        new JobRecords(task.servedRevision(), stores::nominationOf)
            .fired(budget, sequence, trigger, requestId, now);
    Set<String> selected = putMembers(fired);
    stores.putJob(fired.job());
    task.jobs().putFired(fired.job(), selected);
    publish.accept(task.id(), fired);
    log.atInfo()
        .addKeyValue("job", fired.job().getJobId())
        .addKeyValue("trigger", trigger)
        .addKeyValue("pool", fired.job().getPoolSize())
        .log("Fine-tune job fired");
  }

  /**
   * Stores in which parts of a job's dataset each candidate is.
   *
   * @return the ids of the candidates in the selected part
   */
  private Set<String> putMembers(SelectOutput.JobFired fired) {
    FineTuneJob job = fired.job();
    Map<String, String> representations =
        job.getArms().stream()
            .collect(Collectors.toMap(JobArm::getName, JobArm::getRepresentationId));
    Set<String> selected = new HashSet<>();
    Set<String> own = new HashSet<>();
    Map<String, SortedSet<String>> others = new HashMap<>();
    for (DatasetRecord example : fired.dataset()) {
      String id = example.getCandidateId();
      String representation =
          representations.getOrDefault(example.getArm(), job.getRepresentationId());
      switch (example.getPart()) {
        case SELECTED -> {
          selected.add(id);
          own.add(id);
        }
        case RANDOM -> own.add(id);
        case ARM -> {
          if (representation.equals(job.getRepresentationId())) {
            own.add(id);
          } else {
            others.computeIfAbsent(id, each -> new TreeSet<>()).add(representation);
          }
        }
        case QUERIES, HELD_OUT -> {
          // These are no candidates.
        }
      }
    }
    others.keySet().removeAll(own);
    own.forEach(id -> putMember(job, id, new Membership(selected.contains(id), false)));
    others.forEach((id, by) -> putMember(job, id, new Membership(false, false, by)));
    return selected;
  }

  private void putMember(FineTuneJob job, String candidateId, Membership membership) {
    stores.putMember(new JobMember(job.getTaskId(), candidateId, job.getJobId()), membership);
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
    task.jobs().putChanged(job);
    publish.accept(task.id(), new SelectOutput.JobChanged(job));
  }
}
