package io.sluice.streams.select;

import io.sluice.schemas.CancelJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FireJob;
import io.sluice.schemas.JobRequest;
import io.sluice.schemas.Nomination;
import io.sluice.schemas.PoolCount;
import io.sluice.schemas.SelectedKey;
import io.sluice.schemas.ShardReport;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.Withdrawal;
import io.sluice.streams.deadletter.InvalidRecordException;
import io.sluice.streams.revision.ScoreRow;
import io.sluice.streams.revision.TaskKey;
import io.sluice.streams.selection.TierChange;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The selection of every task of a partition: takes the nominations of all shards, publishes what
 * changed in the subset, and has fine-tune jobs fired and ended.
 *
 * <p>The selection itself is never stored: it is a pure function of the stored nominations. What of
 * it is published is stored, and each publication leads from there to the selection; so nothing is
 * missed when the process ends between the two.
 *
 * <p>A new revision is prepared beside the one that is served, and replaces it in one transaction
 * once every shard has scored all that it stored for it.
 */
final class SelectProcessor implements Processor<String, SelectInput, String, Publication> {
  private static final Logger log = LoggerFactory.getLogger(SelectProcessor.class);

  private final Duration publishInterval;
  private final int shards;
  private final Map<String, ServedTask> tasks = new HashMap<>();
  private final Set<String> changed = new HashSet<>();

  /** When to look at a task again although nothing has changed. */
  private final Map<String, Instant> wake = new HashMap<>();

  private ProcessorContext<String, Publication> context;
  private SelectStores stores;
  private JobKeeper jobs;

  /**
   * A selection.
   *
   * @param publishInterval how often the changes of tasks are published
   * @param shards how many shards count
   */
  SelectProcessor(Duration publishInterval, int shards) {
    this.publishInterval = publishInterval;
    this.shards = shards;
  }

  @Override
  public void init(ProcessorContext<String, Publication> context) {
    this.context = context;
    this.stores = new SelectStores(context);
    this.jobs = new JobKeeper(stores, shards, this::publish);
    // Kafka Streams starts the same processor again when it had to roll its stores back.
    tasks.clear();
    changed.clear();
    wake.clear();
    stores.served().forEach(this::restore);
    context.schedule(publishInterval, PunctuationType.WALL_CLOCK_TIME, now -> publishChanges());
  }

  @Override
  public void process(Record<String, SelectInput> record) {
    SelectInput input = record.value();
    if (input instanceof SelectInput.Reported reported) {
      reported(reported.report());
    } else if (input instanceof SelectInput.TaskDefined defined) {
      taskDefined(defined.task());
    } else if (input instanceof SelectInput.TaskRemoved removed) {
      Optional.ofNullable(tasks.get(removed.taskId())).ifPresent(this::remove);
    } else if (input instanceof SelectInput.Requested requested) {
      requested(requested.request());
    } else if (input instanceof SelectInput.Ended ended) {
      ended(ended.result());
    }
  }

  private void restore(TargetTask definition) {
    String taskId = definition.getTaskId();
    ServedTask task = new ServedTask(restored(definition), stores.jobs(definition));
    stores.incoming(taskId).map(this::restored).ifPresent(task::prepare);
    stores.forEachPublished(task.served().revisionKey(), task::published);
    tasks.put(taskId, task);
    changed.add(taskId);
  }

  private TaskSelection restored(TargetTask definition) {
    TaskSelection selection = new TaskSelection(definition);
    stores.forEachPoolCount(
        selection.revisionKey(),
        (shard, count) -> selection.count(Integer.parseInt(shard), counted(count)));
    stores.forEachNomination(
        selection.revisionKey(),
        (id, nomination) -> selection.nominate(id, ScoreRow.unboxed(nomination.getScores())));
    return selection;
  }

  private void taskDefined(TargetTask definition) {
    String taskId = definition.getTaskId();
    ServedTask known = tasks.get(taskId);
    if (known == null) {
      stores.putServed(definition);
      tasks.put(taskId, new ServedTask(new TaskSelection(definition), stores.jobs(definition)));
    } else if (definition.getRevision() > known.newestRevision()) {
      known.incoming().ifPresent(outdated -> stores.dropRevision(outdated.definition()));
      stores.putIncoming(definition);
      known.prepare(new TaskSelection(definition));
    }
    changed.add(taskId);
  }

  private void remove(ServedTask task) {
    jobs.tellRetractions(task);
    jobs.cancelAll(task);
    for (String candidateId : task.publishedIds()) {
      publish(task, new TierChange<>(candidateId, ServedTask.OUTDATED, TierChange.OUTSIDE));
    }
    stores.dropTask(task.id());
    task.revisions().forEach(each -> stores.dropRevision(each.definition()));
    tasks.remove(task.id());
    changed.remove(task.id());
    wake.remove(task.id());
    publish(task.id(), new Publication.Status(task.id(), Optional.empty()));
  }

  private void reported(ShardReport report) {
    ServedTask task = tasks.get(report.getTaskId());
    if (task == null) {
      // About a task that is gone: the shard will hear of it too.
      return;
    }
    Object body = report.getBody();
    if (body instanceof Withdrawal withdrawal) {
      withdrawn(task, report, withdrawal.getCandidateId());
    } else {
      task.revision(report.getRevision())
          .ifPresent(selection -> reported(selection, report.getShard(), body));
    }
    changed.add(task.id());
  }

  private void reported(TaskSelection selection, int shard, Object body) {
    if (body instanceof Nomination nomination) {
      String candidateId = nomination.getCandidate().getId();
      TaskKey key = selection.key(candidateId);
      if (stores.nomination(key).isEmpty()) {
        stores.putNomination(key, nomination);
        selection.nominate(candidateId, ScoreRow.unboxed(nomination.getScores()));
      }
    } else if (body instanceof PoolCount count) {
      stores.putPoolCount(selection.key(String.valueOf(shard)), count);
      selection.count(shard, counted(count));
    }
  }

  private void withdrawn(ServedTask task, ShardReport report, String candidateId) {
    int revision = report.getRevision();
    task.revision(revision)
        .ifPresent(
            selection -> {
              TaskKey key = selection.key(candidateId);
              if (stores.nomination(key).isPresent()) {
                stores.dropNomination(key);
                selection.withdraw(candidateId);
                awaitSuccessors(selection, report.getShard());
              }
            });
    if (revision == task.served().revision() && task.isPublished(candidateId)) {
      task.published(candidateId, ServedTask.OUTDATED);
      stores.putPublished(task.served().key(candidateId), ServedTask.OUTDATED);
    }
    jobs.retracted(task, candidateId);
  }

  /** Until its next count a shard has perhaps not nominated who comes in the withdrawn's place. */
  private void awaitSuccessors(TaskSelection selection, int shard) {
    stores
        .poolCount(selection.key(String.valueOf(shard)))
        .map(count -> PoolCount.newBuilder(count).setWaiting(Math.max(1, count.getWaiting())))
        .ifPresent(count -> reported(selection, shard, count.build()));
  }

  private void requested(JobRequest request) {
    ServedTask task = tasks.get(request.getTaskId());
    if (task == null) {
      throw new InvalidRecordException("there is no task '%s'".formatted(request.getTaskId()));
    }
    if (request.getBody() instanceof FireJob fire) {
      refresh(task.served());
      jobs.fireOnRequest(task, fire.getBudget(), request.getRequestId(), now());
    } else if (request.getBody() instanceof CancelJob cancel) {
      jobs.cancelOnRequest(task, cancel.getJobId());
    }
    changed.add(task.id());
  }

  private void ended(FineTuneResult result) {
    ServedTask task = tasks.get(result.getTaskId());
    if (task != null) {
      // Else the task is gone, and its jobs were cancelled.
      jobs.reported(task, result);
      changed.add(task.id());
    }
  }

  private void publishChanges() {
    Instant now = now();
    wake.forEach(
        (taskId, when) -> {
          if (!when.isAfter(now)) {
            changed.add(taskId);
          }
        });
    for (String taskId : changed) {
      ServedTask task = tasks.get(taskId);
      task.revisions().forEach(this::refresh);
      task.incoming()
          .filter(incoming -> incoming.isComplete(shards))
          .ifPresent(incoming -> replace(task));
      task.unpublished().forEach(change -> publish(task, change));
      wake.remove(taskId);
      jobs.tellRetractions(task);
      jobs.fireDue(task, now).ifPresent(next -> wake.put(taskId, next));
      TaskStatus status = Publications.status(task);
      stores.putStatus(status);
      publish(taskId, new Publication.Status(taskId, Optional.of(status)));
    }
    changed.clear();
  }

  private void refresh(TaskSelection selection) {
    selection.refresh(scores -> forEachNominated(selection, scores));
  }

  private void forEachNominated(TaskSelection selection, BiConsumer<String, float[]> scores) {
    stores.forEachNomination(
        selection.revisionKey(),
        (id, nomination) -> scores.accept(id, ScoreRow.unboxed(nomination.getScores())));
  }

  private void replace(ServedTask task) {
    TaskSelection before = task.served();
    task.replace();
    // First what readers are told to read, then what they are not to read any more.
    stores.putServed(task.served().definition());
    stores.dropIncoming(task.id());
    stores.dropRevision(before.definition());
    log.atInfo()
        .addKeyValue("task", task.id())
        .addKeyValue("revision", task.served().revision())
        .addKeyValue("replaces", before.revision())
        .log("Revision served");
  }

  private void publish(ServedTask task, TierChange<String> change) {
    TaskSelection served = task.served();
    TaskKey key = served.key(change.id());
    SelectedKey selectedKey = new SelectedKey(task.id(), change.id());
    if (change.to() == TierChange.OUTSIDE) {
      stores.dropPublished(key);
      publish(task.id(), new Publication.Selected(selectedKey, Optional.empty()));
    } else {
      stores.putPublished(key, change.to());
      publish(
          task.id(),
          new Publication.Selected(
              selectedKey,
              Optional.of(
                  Publications.selected(
                      served.definition(), change.to(), stores.nominationOf(key)))));
    }
    task.published(change.id(), change.to());
  }

  private void publish(String taskId, Publication publication) {
    context.forward(new Record<>(taskId, publication, context.currentSystemTimeMs()));
  }

  private Instant now() {
    return Instant.ofEpochMilli(context.currentSystemTimeMs());
  }

  private static TaskSelection.ShardCount counted(PoolCount count) {
    return new TaskSelection.ShardCount(
        count.getScored(), count.getWaiting(), count.getFingerprint());
  }
}
