package io.sluice.streams.nominate;

import io.sluice.schemas.PoolCount;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.ShardReport;
import io.sluice.schemas.TargetTask;
import io.sluice.streams.deadletter.InvalidRecordException;
import java.util.ArrayList;
import java.util.List;
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
 * The processor of one shard: scores the candidates of its partition for every task and nominates
 * those that its own selection admits. Used by the stream thread that owns the partition.
 *
 * <p>Why it is exact: selecting from the union of the shards' selections equals selecting from the
 * union of the shards, in whatever order and however often nominations arrive. A content is scored
 * once for a task; its later representations are repeats. A revision that is new to the shard is
 * scored over the stored representations in slices, while live candidates keep flowing.
 *
 * <p>A withdrawn candidate's successors are nominated before the next count is reported: selecting
 * again takes a pass over all rows, so one pass serves all withdrawals since the last.
 */
final class NominateProcessor
    implements Processor<String, ShardInput, String, ShardReport>, ShardInput.Handler {
  private static final Logger log = LoggerFactory.getLogger(NominateProcessor.class);

  /** Number of candidates scored, or of rows deleted, before the end of the slice is checked. */
  private static final int STEP = 32;

  private final RepresentationCodec codec;
  private final NominateStage.Pace pace;

  private final ArrivalBlock block = new ArrivalBlock();
  private ShardStores stores;
  private ShardTasks tasks;
  private ShardReporter reporter;

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
    this.stores = new ShardStores(context);
    this.reporter = new ShardReporter(context);
    this.tasks = new ShardTasks(stores, reporter);
    // Kafka Streams starts the same processor again when it had to roll its stores back.
    block.clear();
    context.schedule(
        pace.sliceInterval(), PunctuationType.WALL_CLOCK_TIME, now -> workOnStoredData());
    context.schedule(pace.reportInterval(), PunctuationType.WALL_CLOCK_TIME, now -> reportCounts());
  }

  @Override
  public void process(Record<String, ShardInput> record) {
    // Only candidates can wait for others: anything else must find all that came before it scored.
    if (!(record.value() instanceof ShardInput.CandidateRepresented)) {
      scoreBlock();
    }
    record.value().accept(this);
  }

  @Override
  public void onTaskDefined(TargetTask task) {
    tasks.define(task);
  }

  @Override
  public void onTaskRemoved(String taskId) {
    tasks.remove(taskId);
  }

  @Override
  public void onRevisionServed(String taskId, int revision) {
    tasks.dropBefore(taskId, revision);
  }

  @Override
  public void onQueryRepresented(QueryRepresentation query) {
    tasks.putQuery(query);
  }

  @Override
  public void onQueryDropped(QueryRepresentationKey key) {
    tasks.dropQuery(key);
  }

  /** Adds the candidate to the block, which is scored when it is full or before anything else. */
  @Override
  public void onCandidateRepresented(Representation representation) {
    Arrival arrival = new Arrival(representation);
    if (block.contains(arrival.candidateId())) {
      scoreBlock();
    }
    List<ShardTask> unscored = new ArrayList<>();
    String problems = "";
    for (ShardTask task : tasks.active()) {
      try {
        if (takesContent(task, arrival)) {
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
          .forEach(task -> putProgress(task, task.progress()));
    }
    if (block.isFull()) {
      scoreBlock();
    }
    if (!problems.isEmpty()) {
      throw new InvalidRecordException(problems);
    }
  }

  /**
   * Compares the content of a candidate with what is scored of it for a task. Content that is
   * scored already is a repeat; other content is withdrawn.
   *
   * @return whether the content is new to the task, and so has to be scored
   * @throws InvalidRecordException when the candidate cannot be compared with the queries; the task
   *     has then no content of it at all
   */
  private boolean takesContent(ShardTask task, Arrival arrival) {
    if (!task.representationId().equals(arrival.representation().getRepresentationId())) {
      return false;
    }
    Optional<ScoredContent> known = stores.row(task.key(arrival.candidateId()));
    if (known.isPresent()) {
      if (known.get().content() == arrival.content()) {
        if (task.holds(arrival.candidateId())) {
          // Nominates it again, since it may not have been stored when it had to be nominated.
          reporter.nominate(task, known.get().scores(), arrival.candidate());
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
    Set<ShardTask> waiting = block.tasks();
    waiting.forEach(task -> score(task, block.arrivals(task)));
    block.clear();
    waiting.forEach(task -> putProgress(task, task.progress()));
  }

  /** Scores candidates for a task, and nominates those that its selections admit. */
  private void score(ShardTask task, List<Arrival> arrivals) {
    List<float[]> rows = task.score(arrivals.stream().map(Arrival::vectors).toList());
    for (int i = 0; i < rows.size(); i++) {
      Arrival arrival = arrivals.get(i);
      float[] row = rows.get(i);
      stores.putRow(task.key(arrival.candidateId()), new ScoredContent(arrival.content(), row));
      if (task.admit(arrival.candidateId(), row)) {
        reporter.nominate(task, row, arrival.candidate());
      }
    }
  }

  @Override
  public void onRepresentationRefused(RepresentationKey key, String reason) {
    withdrawEverywhere(key);
    throw new InvalidRecordException(reason);
  }

  @Override
  public void onCandidateRetracted(RepresentationKey key) {
    withdrawEverywhere(key);
  }

  private void withdrawEverywhere(RepresentationKey key) {
    for (ShardTask task : tasks.active()) {
      if (task.representationId().equals(key.getRepresentationId())
          && stores.row(task.key(key.getCandidateId())).isPresent()) {
        withdraw(task, key.getCandidateId());
      }
    }
  }

  private void withdraw(ShardTask task, String candidateId) {
    stores.dropRow(task.key(candidateId));
    reporter.withdraw(task, candidateId);
    ShardProgress before = task.progress();
    task.withdraw(candidateId);
    if (!task.progress().equals(before)) {
      putProgress(task, task.progress());
    }
  }

  private void nominateSuccessors(ShardTask task) {
    Set<String> entered = task.reselect(rows -> stores.forEachRow(task.revisionKey(), rows));
    entered.forEach(candidateId -> nominateStored(task, candidateId));
    putProgress(task, task.progress());
  }

  /**
   * Nominates a candidate that is scored, if it is stored. If it is not, the topic was compacted
   * and the store was rebuilt from it. Then a later record of the candidate is still to be read,
   * which withdraws, replaces or repeats it.
   */
  private void nominateStored(ShardTask task, String candidateId) {
    float[] row = stores.row(task.key(candidateId)).orElseThrow().scores();
    Bytes key = codec.encodedKey(task.representationId(), candidateId);
    stores
        .representation(key)
        .flatMap(value -> codec.decodeStored(key, value))
        .ifPresent(stored -> reporter.nominate(task, row, stored.getCandidate()));
  }

  /**
   * Keeps how far the shard has come with a task. While candidates of the block wait to be scored
   * for the task, what is stored says that all stored representations have to be scored: should the
   * process end before, the records of the block are not read again.
   */
  private void putProgress(ShardTask task, ShardProgress progress) {
    task.progress(progress);
    stores.putProgress(
        task.revisionKey(), block.tasks().contains(task) ? progress.fromTheBeginning() : progress);
  }

  /** Scores stored candidates and deletes score rows that are no longer needed, for one slice. */
  private void workOnStoredData() {
    long end = System.nanoTime() + pace.slice().toNanos();
    scoreBlock();
    boolean worked;
    do {
      worked = tasks.deleteRows(STEP);
      for (ShardTask task : tasks.active()) {
        if (!task.progress().caughtUp()) {
          scoreStored(task);
          worked = true;
        }
      }
    } while (worked && System.nanoTime() < end);
  }

  private void scoreStored(ShardTask task) {
    StoredCandidates.Step step = new StoredCandidates(stores, codec).next(task, STEP);
    score(task, step.unscored());
    putProgress(task, step.progress());
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
    for (ShardTask task : tasks.active()) {
      if (task.progress().successorsDue()) {
        nominateSuccessors(task);
      }
      long waiting =
          task.progress().caughtUp()
              ? 0
              : Math.max(1, stores.approximateRepresentations() - task.scored());
      reporter.count(task, new PoolCount(task.scored(), waiting, task.fingerprint()));
    }
  }
}
