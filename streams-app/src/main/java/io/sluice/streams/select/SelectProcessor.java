package io.sluice.streams.select;

import io.sluice.schemas.CancelJob;
import io.sluice.schemas.ContentPresence;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FireJob;
import io.sluice.schemas.JobRequest;
import io.sluice.schemas.Nomination;
import io.sluice.schemas.PoolCount;
import io.sluice.schemas.ShardReport;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.Withdrawal;
import io.sluice.schemas.arm.Companions;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.streams.deadletter.InvalidRecordException;
import io.sluice.streams.exactlyonce.EndsThread;
import io.sluice.streams.revision.TaskKey;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processor of the tasks of one partition: selects from the nominations of all shards,
 * publishes the changes of each subset, and lets fine-tune jobs fire and end. Only the stream
 * thread that owns the partition uses it.
 *
 * <p>The selection itself is never stored, because it is a pure function of the stored nominations.
 * The published subset is stored, and each publication consists of the differences between it and
 * the selection, so no change is lost when the process ends between a change and its publication.
 *
 * <p>A new revision is prepared beside the one that is served. It replaces that one in a single
 * transaction once every shard has scored all its stored candidates for it.
 */
final class SelectProcessor
    implements Processor<String, SelectInput, String, SelectOutput>, SelectInput.Handler {
  private static final Logger log = LoggerFactory.getLogger(SelectProcessor.class);

  /**
   * How many contents of dropped revisions are deleted at each publication: they may be as many as
   * candidates, and a transaction must not take long.
   */
  private static final int CONTENTS_DELETED_AT_ONCE = 2_000;

  private final Duration publishInterval;
  private final int shards;
  private final RecordLimit limit;
  private final ServedSubsets servedSubsets;

  /** The tasks of the partition, by task id. */
  private final Map<String, ServedTask> tasks = new HashMap<>();

  /** Ids of the tasks whose changes are published at the end of the current interval. */
  private final Set<String> changed = new HashSet<>();

  /** By task id: the time when a job may become due without any further input. */
  private final Map<String, Instant> wakeTimes = new HashMap<>();

  private ProcessorContext<String, SelectOutput> context;
  private SelectStores stores;
  private SubsetKeeper subsets;
  private JobKeeper jobs;
  private Optional<ServedSubsets.OfPartition> served = Optional.empty();

  /**
   * Creates the processor; it has its stores from {@link #init} on.
   *
   * @param publishInterval how often the changes of tasks are published
   * @param shards number of shards; a task is complete when all of them have reported
   * @param limit size of the largest record
   * @param servedSubsets where readers find the published subsets
   */
  SelectProcessor(
      Duration publishInterval, int shards, RecordLimit limit, ServedSubsets servedSubsets) {
    this.publishInterval = publishInterval;
    this.shards = shards;
    this.limit = limit;
    this.servedSubsets = servedSubsets;
  }

  @Override
  public void init(ProcessorContext<String, SelectOutput> context) {
    this.context = context;
    this.stores = new SelectStores(context);
    this.subsets = new SubsetKeeper(stores, this::publish);
    this.jobs = new JobKeeper(stores, shards, limit, this::publish);
    // Kafka Streams initializes the same processor again after it has rolled back its stores.
    served.ifPresent(ServedSubsets.OfPartition::close);
    served = Optional.of(servedSubsets.open(context.taskId().partition()));
    tasks.clear();
    changed.clear();
    wakeTimes.clear();
    stores.served().forEach(this::restore);
    context.schedule(
        publishInterval, PunctuationType.WALL_CLOCK_TIME, new EndsThread(now -> publishChanges()));
  }

  @Override
  public void close() {
    served.ifPresent(ServedSubsets.OfPartition::close);
  }

  @Override
  public void process(Record<String, SelectInput> record) {
    record.value().accept(this);
  }

  private void restore(TargetTask definition) {
    String taskId = definition.getTaskId();
    ServedTask task = new ServedTask(restored(definition), stores.jobs(definition));
    stores.incoming(taskId).map(this::restored).ifPresent(task::prepare);
    stores.forEachPublished(task.served().revisionKey(), task.published()::put);
    tasks.put(taskId, task);
    changed.add(taskId);
  }

  private TaskRevision restored(TargetTask definition) {
    TaskRevision revision = TaskRevision.empty(definition);
    revision.selections().forEach(this::restore);
    return revision;
  }

  private void restore(TaskSelection selection) {
    stores.forEachPoolCount(
        selection.revisionKey(),
        (shard, count) -> selection.putCount(Integer.parseInt(shard), shardCount(count)));
    if (selection.isOnceEach()) {
      selection.addContents(stores.contents().count(selection.revisionKey()));
    }
    stores.forEachNomination(selection.revisionKey(), selection::nominate);
  }

  @Override
  public void onTaskDefined(TargetTask definition) {
    String taskId = definition.getTaskId();
    ServedTask known = tasks.get(taskId);
    if (known == null) {
      stores.putServed(definition);
      tasks.put(taskId, new ServedTask(TaskRevision.empty(definition), stores.jobs(definition)));
    } else if (definition.getRevision() > known.newestRevision()) {
      known.incoming().ifPresent(this::dropStored);
      stores.putIncoming(definition);
      known.prepare(TaskRevision.empty(definition));
    }
    changed.add(taskId);
  }

  @Override
  public void onTaskRemoved(String taskId) {
    Optional.ofNullable(tasks.get(taskId)).ifPresent(this::remove);
  }

  private void remove(ServedTask task) {
    jobs.publishRetractions(task);
    jobs.cancelAll(task);
    subsets.publishRemovalOfAll(task);
    served().drop(task.id());
    stores.dropTask(task.id());
    task.revisions().forEach(this::dropStored);
    tasks.remove(task.id());
    changed.remove(task.id());
    wakeTimes.remove(task.id());
    publish(task.id(), new SelectOutput.Status(task.id(), Optional.empty()));
  }

  private void dropStored(TaskRevision revision) {
    revision.selections().forEach(each -> stores.dropRevision(each.definition()));
  }

  @Override
  public void onShardReport(ShardReport report) {
    ServedTask task = tasks.get(Companions.taskId(report.getTaskId()));
    if (task == null) {
      // The task was removed. The shard has yet to process the removal.
      return;
    }
    Optional<TaskSelection> selection = task.selection(report.getTaskId(), report.getRevision());
    Object body = report.getBody();
    if (body instanceof Nomination nomination) {
      selection.ifPresent(revision -> nominate(task, revision, nomination));
    } else if (body instanceof PoolCount count) {
      selection.ifPresent(revision -> putCount(revision, report.getShard(), count));
    } else if (body instanceof Withdrawal withdrawal) {
      withdraw(task, report, withdrawal.getCandidateId());
    } else if (body instanceof ContentPresence presence) {
      selection.ifPresent(revision -> putContent(revision, report.getShard(), presence));
    } else {
      throw new IllegalStateException("shard report with a body of " + body.getClass());
    }
    changed.add(task.id());
  }

  /**
   * Adds a nomination. If the candidate is nominated already, only its metadata can have changed,
   * since a shard withdraws a candidate before it nominates other content under the same id. The
   * selection then stays the same, but whatever is published or fired from now on has the new
   * metadata.
   */
  private void nominate(ServedTask task, TaskSelection selection, Nomination nomination) {
    String candidateId = nomination.getCandidate().getId();
    TaskKey key = selection.key(candidateId);
    Optional<Nomination> known = stores.nomination(key);
    if (known.isEmpty()) {
      stores.putNomination(key, nomination);
      selection.nominate(candidateId, nomination);
    } else if (!known.get().getCandidate().equals(nomination.getCandidate())) {
      stores.putNomination(
          key, Nomination.newBuilder(nomination).setOffset(known.get().getOffset()).build());
      if (selection == task.served()) {
        served().forget(task.id(), candidateId);
        subsets.outdate(task, candidateId);
      }
    }
  }

  /** Stores a count with the highest offset that is known, as a shard may not know its own. */
  private void putCount(TaskSelection selection, int shard, PoolCount count) {
    selection.putCount(shard, shardCount(count));
    stores.putPoolCount(
        selection.key(String.valueOf(shard)),
        PoolCount.newBuilder(count).setOffset(selection.offset(shard)).build());
  }

  private void putContent(TaskSelection selection, int shard, ContentPresence presence) {
    selection.addContents(
        stores
            .contents()
            .put(selection.revisionKey(), presence.getContent(), shard, presence.getPresent()));
  }

  private void withdraw(ServedTask task, ShardReport report, String candidateId) {
    Optional<TaskSelection> from = task.selection(report.getTaskId(), report.getRevision());
    from.ifPresent(
        selection -> {
          TaskKey key = selection.key(candidateId);
          if (stores.nomination(key).isPresent()) {
            if (selection == task.served() && task.published().contains(candidateId)) {
              served().breakVersion(task.id());
            }
            stores.dropNomination(key);
            if (selection == task.served()) {
              served().forget(task.id(), candidateId);
            }
            selection.withdraw(candidateId);
            awaitSuccessors(selection, report.getShard());
          }
        });
    if (from.filter(selection -> selection == task.served()).isPresent()) {
      subsets.outdate(task, candidateId);
    }
    jobs.retract(task, Companions.representationId(report.getTaskId()), candidateId);
  }

  /**
   * Counts at least one candidate of the shard as waiting. Until its next pool count, the shard may
   * not have nominated the candidates that take the place of the withdrawn one.
   */
  private void awaitSuccessors(TaskSelection selection, int shard) {
    stores
        .poolCount(selection.key(String.valueOf(shard)))
        .map(count -> PoolCount.newBuilder(count).setWaiting(Math.max(1, count.getWaiting())))
        .ifPresent(count -> putCount(selection, shard, count.build()));
  }

  @Override
  public void onJobRequest(JobRequest request) {
    ServedTask task = tasks.get(request.getTaskId());
    if (task == null) {
      throw new InvalidRecordException("there is no task '%s'".formatted(request.getTaskId()));
    }
    Object body = request.getBody();
    if (body instanceof FireJob fire) {
      refresh(task.servedRevision());
      jobs.fireOnRequest(task, fire.getBudget(), request.getRequestId(), now());
    } else if (body instanceof CancelJob cancel) {
      jobs.cancelOnRequest(task, cancel.getJobId());
    } else {
      throw new InvalidRecordException(
          "the job request has an unknown body: " + body.getClass().getSimpleName());
    }
    changed.add(task.id());
  }

  @Override
  public void onJobResult(FineTuneResult result) {
    ServedTask task = tasks.get(result.getTaskId());
    if (task == null) {
      // The task was removed, which cancelled its jobs.
      return;
    }
    jobs.endByResult(task, result);
    changed.add(task.id());
  }

  private void publishChanges() {
    stores.contents().deleteDropped(CONTENTS_DELETED_AT_ONCE);
    Instant now = now();
    wakeTimes.forEach(
        (taskId, when) -> {
          if (!when.isAfter(now)) {
            changed.add(taskId);
          }
        });
    for (String taskId : changed) {
      ServedTask task = tasks.get(taskId);
      task.revisions().forEach(this::refresh);
      // Arms do not delay the subset: only jobs wait for them.
      task.incoming()
          .filter(incoming -> incoming.own().isComplete(shards))
          .ifPresent(incoming -> serveIncoming(task));
      subsets.publishChanges(task);
      served().publish(task.served().definition(), task.served().current());
      wakeTimes.remove(taskId);
      jobs.publishRetractions(task);
      jobs.fireDue(task, now).ifPresent(next -> wakeTimes.put(taskId, next));
      TaskStatus status = SubsetRecords.status(task, new ArmReadiness(shards));
      stores.putStatus(status);
      publish(taskId, new SelectOutput.Status(taskId, Optional.of(status)));
    }
    changed.clear();
  }

  private void refresh(TaskRevision revision) {
    for (TaskSelection selection : revision.selections()) {
      selection.refresh(each -> stores.forEachNomination(selection.revisionKey(), each));
    }
  }

  private void serveIncoming(ServedTask task) {
    TaskRevision before = task.servedRevision();
    task.serveIncoming();
    // Queries first read which revision is served and then its nominations. So the old nominations
    // are deleted only after no new query can look for them.
    stores.putServed(task.served().definition());
    stores.dropIncoming(task.id());
    served().drop(task.id());
    dropStored(before);
    log.atInfo()
        .addKeyValue("task", task.id())
        .addKeyValue("revision", task.served().revision())
        .addKeyValue("replaces", before.number())
        .log("Revision served");
  }

  private void publish(String taskId, SelectOutput publication) {
    context.forward(new Record<>(taskId, publication, context.currentSystemTimeMs()));
  }

  private ServedSubsets.OfPartition served() {
    return served.orElseThrow();
  }

  private Instant now() {
    return Instant.ofEpochMilli(context.currentSystemTimeMs());
  }

  private static TaskSelection.ShardCount shardCount(PoolCount count) {
    return new TaskSelection.ShardCount(
        count.getScored(),
        count.getWaiting(),
        count.getFingerprint(),
        count.getTextForm(),
        count.getTokenizer(),
        count.getLeftOut(),
        count.getLeaks(),
        count.getOffset());
  }
}
