package io.sluice.streams.nominate;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.Nomination;
import io.sluice.schemas.PoolCount;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.ShardReport;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.Withdrawal;
import io.sluice.streams.deadletter.InvalidRecordException;
import io.sluice.streams.revision.ScoreRow;
import io.sluice.streams.revision.TaskKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One shard: scores the candidates of its partition for every task and nominates those that its own
 * selection admits.
 *
 * <p>Why it is exact: selecting from the union of the shards' selections equals selecting from the
 * union of the shards, in whatever order and however often nominations arrive. A content is scored
 * once for a task; its later representations are repeats. A revision that is new to the shard is
 * scored over the stored representations in slices, while live candidates keep flowing. Older
 * revisions of its task are worked on until the task's status says that this one is served.
 *
 * <p>A withdrawn candidate's successors are nominated before the next count is reported: selecting
 * again takes a pass over all rows, so one pass serves all withdrawals since the last.
 */
final class NominateProcessor implements Processor<String, ShardInput, String, ShardReport> {
  private static final Logger log = LoggerFactory.getLogger(NominateProcessor.class);

  /** Candidates scored, or rows deleted, between two looks at the clock. */
  private static final int STEP = 32;

  private final RepresentationCodec codec;
  private final NominateStage.Pace pace;

  /** By revision. */
  private final Map<TaskKey, ShardTask> tasks = new HashMap<>();

  private final Map<TaskKey, PoolCount> reported = new HashMap<>();
  private final Deque<TaskKey> dropped = new ArrayDeque<>();
  private final ArrivalBlock block = new ArrivalBlock();
  private ProcessorContext<String, ShardReport> context;
  private ShardStores stores;

  /**
   * Prepares the shard; its stores are known from {@link #init} on.
   *
   * @param codec reads stored representations
   */
  NominateProcessor(RepresentationCodec codec, NominateStage.Pace pace) {
    this.codec = codec;
    this.pace = pace;
  }

  @Override
  public void init(ProcessorContext<String, ShardReport> context) {
    this.context = context;
    this.stores = new ShardStores(context);
    // Kafka Streams starts the same processor again when it had to roll its stores back.
    tasks.clear();
    reported.clear();
    dropped.clear();
    block.clear();
    dropped.addAll(stores.dropped());
    stores.tasks().forEach(this::activateIfComplete);
    context.schedule(pace.sliceInterval(), PunctuationType.WALL_CLOCK_TIME, now -> slice());
    context.schedule(pace.reportInterval(), PunctuationType.WALL_CLOCK_TIME, now -> reportCounts());
  }

  @Override
  public void process(Record<String, ShardInput> record) {
    ShardInput input = record.value();
    if (input instanceof ShardInput.Arrived arrived) {
      arrived(new Arrival(arrived.representation()));
    } else {
      scoreBlock();
      told(input);
    }
  }

  private void told(ShardInput input) {
    if (input instanceof ShardInput.Retracted retracted) {
      withdrawEverywhere(retracted.key());
    } else if (input instanceof ShardInput.Refused refused) {
      withdrawEverywhere(refused.key());
      throw new InvalidRecordException(refused.reason());
    } else if (input instanceof ShardInput.TaskDefined defined) {
      taskDefined(defined.task());
    } else if (input instanceof ShardInput.TaskRemoved removed) {
      stores.revisions(removed.taskId()).forEach(this::drop);
    } else if (input instanceof ShardInput.RevisionServed served) {
      stores.revisions(served.taskId()).stream()
          .filter(task -> task.getRevision() < served.revision())
          .forEach(this::drop);
    } else if (input instanceof ShardInput.QueryRepresented represented) {
      queryRepresented(represented.query());
    } else if (input instanceof ShardInput.QueryDropped query) {
      queryDropped(query);
    }
  }

  private void taskDefined(TargetTask task) {
    boolean known =
        stores.revisions(task.getTaskId()).stream()
            .anyMatch(other -> other.getRevision() >= task.getRevision());
    if (!known) {
      stores.putTask(task);
      activateIfComplete(task);
    }
  }

  private void drop(TargetTask task) {
    TaskKey revision = TaskKey.prefix(task.getTaskId(), task.getRevision());
    stores.dropTask(task);
    tasks.remove(revision);
    reported.remove(revision);
    dropped.add(revision);
  }

  private void queryRepresented(QueryRepresentation query) {
    List<TargetTask> revisions = stores.revisions(query.getTaskId());
    Optional<ShardTask> active =
        Optional.ofNullable(tasks.get(TaskKey.prefix(query.getTaskId(), query.getRevision())));
    if (active.isPresent()) {
      active.get().requireSameMaking(query);
    } else if (revisions.isEmpty()
        || revisions.stream().anyMatch(task -> task.getRevision() <= query.getRevision())) {
      stores.putQuery(query);
      revisions.stream()
          .filter(task -> task.getRevision() == query.getRevision())
          .forEach(this::activateIfComplete);
    }
  }

  /**
   * A query of a revision that was replaced. While the shard has not met that revision it stays:
   * the newer one perhaps takes long to be served, and until then this one is.
   */
  private void queryDropped(ShardInput.QueryDropped query) {
    String taskId = query.key().getTaskId();
    int revision = query.key().getRevision();
    boolean met =
        stores.revisions(taskId).stream().anyMatch(task -> task.getRevision() >= revision);
    if (met && !tasks.containsKey(TaskKey.prefix(taskId, revision))) {
      stores.dropQuery(taskId, revision, query.key().getQueryIndex());
    }
  }

  private void activateIfComplete(TargetTask definition) {
    List<QueryRepresentation> queries = stores.queries(definition);
    if (queries.size() < definition.getQueries().size() || !ShardTask.ofOneMaking(queries)) {
      return;
    }
    TaskKey revision = TaskKey.prefix(definition.getTaskId(), definition.getRevision());
    ShardTask task = new ShardTask(definition, queries, stores.progress(revision));
    if (!task.progress().owing()) {
      stores.forEachRow(revision, task::admit);
    }
    // Else stopped between a withdrawal and its successors: who they are is not known any more. The
    // selection stays empty, so that all who enter it are nominated before the next count.
    tasks.put(revision, task);
  }

  private void arrived(Arrival arrival) {
    if (block.contains(arrival.candidateId())) {
      scoreBlock();
    }
    List<ShardTask> unscored = new ArrayList<>();
    String problems = "";
    for (ShardTask task : tasks.values()) {
      try {
        if (isToBeScored(task, arrival)) {
          unscored.add(task);
        }
      } catch (InvalidRecordException e) {
        problems = problems.isEmpty() ? e.getMessage() : problems + "; " + e.getMessage();
      }
    }
    if (!unscored.isEmpty()) {
      Set<ShardTask> waiting = block.tasks();
      block.add(arrival, unscored);
      unscored.stream()
          .filter(task -> !waiting.contains(task))
          .forEach(task -> makeProgress(task, task.progress()));
    }
    if (block.isFull()) {
      scoreBlock();
    }
    if (!problems.isEmpty()) {
      throw new InvalidRecordException(problems);
    }
  }

  /**
   * Whether this content of a candidate is new to a task. Other content of it is withdrawn.
   *
   * @throws InvalidRecordException when it cannot be compared with the queries; it is then as if it
   *     had no content at all
   */
  private boolean isToBeScored(ShardTask task, Arrival arrival) {
    if (!task.representationId().equals(arrival.representation().getRepresentationId())) {
      return false;
    }
    Optional<ScoredContent> known = stores.row(task.key(arrival.candidateId()));
    if (known.isPresent()) {
      if (known.get().content() == arrival.content()) {
        if (task.holds(arrival.candidateId())) {
          // Again, since it was perhaps not stored when it was to be nominated.
          nominate(task, known.get().scores(), arrival.candidate());
        }
        return false;
      }
      withdraw(task, arrival.candidateId());
    }
    task.requireComparable(arrival.representation());
    arrival.vectors();
    return true;
  }

  private void scoreBlock() {
    for (ShardTask task : block.tasks()) {
      scored(task, block.arrivals(task));
    }
    Set<ShardTask> tasksDone = block.tasks();
    block.clear();
    tasksDone.forEach(task -> makeProgress(task, task.progress()));
  }

  private void scored(ShardTask task, List<Arrival> arrivals) {
    List<float[]> rows = task.score(arrivals.stream().map(Arrival::vectors).toList());
    for (int i = 0; i < rows.size(); i++) {
      scored(task, arrivals.get(i), rows.get(i));
    }
  }

  private void scored(ShardTask task, Arrival arrival, float[] row) {
    stores.putRow(task.key(arrival.candidateId()), new ScoredContent(arrival.content(), row));
    if (task.admit(arrival.candidateId(), row)) {
      nominate(task, row, arrival.candidate());
    }
  }

  private void withdrawEverywhere(RepresentationKey key) {
    for (ShardTask task : tasks.values()) {
      if (task.representationId().equals(key.getRepresentationId())
          && stores.row(task.key(key.getCandidateId())).isPresent()) {
        withdraw(task, key.getCandidateId());
      }
    }
  }

  private void withdraw(ShardTask task, String candidateId) {
    stores.dropRow(task.key(candidateId));
    report(task, new Withdrawal(candidateId));
    // A count follows even if it is the same again: it says that the successors are nominated.
    reported.remove(task.revisionKey());
    ShardProgress before = task.progress();
    task.withdraw(candidateId);
    if (!task.progress().equals(before)) {
      makeProgress(task, task.progress());
    }
  }

  private void nominateSuccessors(ShardTask task) {
    Set<String> entered = task.reselect(rows -> stores.forEachRow(task.revisionKey(), rows));
    entered.forEach(candidateId -> nominateStored(task, candidateId));
    makeProgress(task, task.progress());
  }

  /**
   * Nominates a scored candidate, if it is stored. When it is not, the topic was compacted and the
   * store built anew from it: a later record of the candidate is still to come, which withdraws,
   * replaces or repeats it.
   */
  private void nominateStored(ShardTask task, String candidateId) {
    float[] row = stores.row(task.key(candidateId)).orElseThrow().scores();
    Bytes key = codec.encodedKey(task.representationId(), candidateId);
    stores
        .representation(key)
        .flatMap(value -> codec.decodeStored(key, value))
        .ifPresent(stored -> nominate(task, row, stored.getCandidate()));
  }

  private void nominate(ShardTask task, float[] row, Candidate candidate) {
    report(task, new Nomination(ScoreRow.boxed(row), candidate));
  }

  /**
   * While arrivals wait to be scored, what is stored says that everything is to be looked at again:
   * should the process end before they are, their records are not read a second time.
   */
  private void makeProgress(ShardTask task, ShardProgress progress) {
    task.progress(progress);
    stores.putProgress(
        task.revisionKey(), block.tasks().contains(task) ? progress.fromTheBeginning() : progress);
  }

  /** Works on stored data for as long as a slice is. */
  private void slice() {
    long end = System.nanoTime() + pace.slice().toNanos();
    scoreBlock();
    boolean worked;
    do {
      worked = deleteRows();
      for (ShardTask task : List.copyOf(tasks.values())) {
        if (!task.progress().caughtUp()) {
          scoreStored(task);
          worked = true;
        }
      }
    } while (worked && System.nanoTime() < end);
  }

  private boolean deleteRows() {
    if (dropped.isEmpty()) {
      return false;
    }
    if (stores.deleteRows(dropped.peek(), STEP)) {
      dropped.remove();
    }
    return true;
  }

  private void scoreStored(ShardTask task) {
    StoredCandidates.Step step = new StoredCandidates(stores, codec).next(task, STEP);
    scored(task, step.unscored());
    makeProgress(task, step.progress());
    if (step.progress().caughtUp()) {
      log.atInfo()
          .addKeyValue("task", task.id())
          .addKeyValue("revision", task.revision())
          .addKeyValue("scored", task.scored())
          .log("Stored representations scored");
    }
  }

  private void reportCounts() {
    scoreBlock();
    for (ShardTask task : tasks.values()) {
      if (task.progress().owing()) {
        nominateSuccessors(task);
      }
      long waiting =
          task.progress().caughtUp()
              ? 0
              : Math.max(1, stores.approximateRepresentations() - task.scored());
      PoolCount count = new PoolCount(task.scored(), waiting, task.fingerprint());
      if (!count.equals(reported.put(task.revisionKey(), count))) {
        report(task, count);
      }
    }
  }

  private void report(ShardTask task, Object body) {
    context.forward(
        new Record<>(
            task.id(),
            new ShardReport(task.id(), task.revision(), context.taskId().partition(), body),
            context.currentSystemTimeMs()));
  }
}
