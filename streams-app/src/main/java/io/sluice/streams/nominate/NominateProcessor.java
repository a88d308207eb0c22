package io.sluice.streams.nominate;

import io.sluice.schemas.PoolCount;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.ShardReport;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.topic.RecordLimit;
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
 * those that the shard's own selections admit. Only the stream thread that owns the partition uses
 * it.
 *
 * <p>Why this is exact: selecting from the union of the shards' selections gives the same subset as
 * selecting from all candidates at once, regardless of the order in which nominations arrive and of
 * how often one is repeated. The content of a candidate is scored once per task; later
 * representations of the same content are repeats, unless the task's rules judge them differently:
 * metadata is no part of the content, but a rule may depend on it. A new revision is scored against
 * the stored representations in slices, between which live candidates are processed.
 *
 * <p>When a selected candidate is withdrawn, others take its place: its successors. They are
 * nominated just before the next pool count is reported, because finding them takes a pass over all
 * score rows, and one pass serves all withdrawals since the last one.
 */
final class NominateProcessor
    implements Processor<String, ShardInput, String, ShardReport>, ShardInput.Handler {
  private static final Logger log = LoggerFactory.getLogger(NominateProcessor.class);

  /** Number of candidates to score, or of rows to delete, between two checks of the time. */
  private static final int STEP = 32;

  private final RepresentationCodec codec;
  private final NominateStage.Pace pace;
  private final RecordLimit limit;

  private final ArrivalBlock block = new ArrivalBlock();
  private ShardStores stores;
  private ShardTasks tasks;
  private ShardReporter reporter;

  /**
   * Creates the processor; it has its stores from {@link #init} on.
   *
   * @param codec reads stored representations
   * @param pace when and for how long the shard works without an incoming record
   * @param limit size of the largest record that a candidate may cause downstream
   */
  NominateProcessor(RepresentationCodec codec, NominateStage.Pace pace, RecordLimit limit) {
    this.codec = codec;
    this.pace = pace;
    this.limit = limit;
  }

  @Override
  public void init(ProcessorContext<String, ShardReport> context) {
    this.stores = new ShardStores(context);
    this.reporter = new ShardReporter(context);
    this.tasks = new ShardTasks(stores, reporter, limit);
    // Kafka Streams initializes the same processor again after it has rolled back its stores.
    block.clear();
    context.schedule(
        pace.sliceInterval(), PunctuationType.WALL_CLOCK_TIME, now -> workOnStoredData());
    context.schedule(pace.reportInterval(), PunctuationType.WALL_CLOCK_TIME, now -> reportCounts());
  }

  @Override
  public void process(Record<String, ShardInput> record) {
    // Only candidates may wait in the block: before any other input is processed, all candidates
    // that arrived earlier must be scored.
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
    tasks.dropOlderThan(taskId, revision);
  }

  @Override
  public void onQueryRepresented(QueryRepresentation query) {
    tasks.putQuery(query);
  }

  @Override
  public void onQueryDropped(QueryRepresentationKey key) {
    tasks.dropQuery(key);
  }

  /**
   * Adds the candidate to the block, which is scored when it is full, and before any input of
   * another kind is processed.
   */
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
        if (reconcileContent(task, arrival)) {
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
   * Compares a candidate with what is stored for a task under the same id. If it has the same
   * content and the rules judge it as before, the arrival is a repeat; otherwise what is stored is
   * withdrawn.
   *
   * @return whether the task has to judge and score the candidate
   * @throws InvalidRecordException when the candidate cannot be compared with the queries; the task
   *     then holds no content of this candidate
   */
  private boolean reconcileContent(ShardTask task, Arrival arrival) {
    if (!task.representationId().equals(arrival.representation().getRepresentationId())) {
      return false;
    }
    Optional<StoredContent> known = stores.row(task.key(arrival.candidateId()));
    if (known.isPresent()) {
      boolean sameContent = known.get().content() == arrival.content();
      if (sameContent && task.judgesAlike(arrival.facts(), known.get())) {
        if (known.get() instanceof StoredContent.Scored scored) {
          repeat(task, arrival, scored);
        }
        return false;
      }
      if (sameContent && known.get() instanceof StoredContent.LeftOut leftOut) {
        dropLeftOut(task, arrival.candidateId(), leftOut);
      } else {
        withdraw(task, arrival.candidateId(), known.get());
      }
    }
    task.requireComparable(arrival.representation());
    arrival.vectors();
    return true;
  }

  /**
   * Nominates a candidate again that the shard's selections hold: its metadata may have changed,
   * and when its nomination was due, nominateStored() may not have found it.
   *
   * @throws InvalidRecordException when the candidate is too large with its present metadata; it is
   *     withdrawn then
   */
  private void repeat(ShardTask task, Arrival arrival, StoredContent.Scored row) {
    try {
      task.requireFitting(arrival.candidate());
    } catch (InvalidRecordException e) {
      withdraw(task, arrival.candidateId(), row);
      throw e;
    }
    if (task.holds(arrival.candidateId())) {
      reporter.reportNomination(task, row, arrival.candidate());
    }
  }

  private void scoreBlock() {
    Set<ShardTask> waiting = block.tasks();
    waiting.forEach(task -> score(task, block.arrivals(task)));
    block.clear();
    waiting.forEach(task -> putProgress(task, task.progress()));
  }

  /**
   * Scores those candidates that are eligible for a task, and nominates those that its selections
   * admit. Of the others, the reason is stored.
   */
  private void score(ShardTask task, List<Arrival> arrivals) {
    List<Arrival> eligible = new ArrayList<>(arrivals.size());
    for (Arrival arrival : arrivals) {
      task.reasonAgainst(arrival.facts())
          .ifPresentOrElse(reason -> leaveOut(task, arrival, reason), () -> eligible.add(arrival));
    }
    if (!eligible.isEmpty()) {
      scoreEligible(task, eligible);
    }
  }

  private void leaveOut(ShardTask task, Arrival arrival, String reason) {
    StoredContent.LeftOut leftOut = new StoredContent.LeftOut(arrival.content(), reason);
    stores.putRow(task.key(arrival.candidateId()), leftOut);
    task.leaveOut(leftOut);
  }

  private void scoreEligible(ShardTask task, List<Arrival> arrivals) {
    List<float[]> rows = task.score(arrivals.stream().map(Arrival::vectors).toList());
    for (int i = 0; i < rows.size(); i++) {
      Arrival arrival = arrivals.get(i);
      StoredContent.Scored row = task.stored(arrival.content(), arrival.facts(), rows.get(i));
      stores.putRow(task.key(arrival.candidateId()), row);
      if (task.count(row)) {
        reporter.reportContent(task, row, true);
      }
      if (task.admit(arrival.candidateId(), row)) {
        reporter.reportNomination(task, row, arrival.candidate());
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
      if (task.representationId().equals(key.getRepresentationId())) {
        stores
            .row(task.key(key.getCandidateId()))
            .ifPresent(stored -> withdraw(task, key.getCandidateId(), stored));
      }
    }
  }

  private void withdraw(ShardTask task, String candidateId, StoredContent stored) {
    // Also if the rules leave it out: jobs of an earlier revision with other rules may train on it.
    reporter.reportWithdrawal(task, candidateId);
    if (stored instanceof StoredContent.LeftOut leftOut) {
      dropLeftOut(task, candidateId, leftOut);
      return;
    }
    stores.dropRow(task.key(candidateId));
    ShardProgress before = task.progress();
    StoredContent.Scored row = (StoredContent.Scored) stored;
    if (task.withdraw(candidateId, row)) {
      reporter.reportContent(task, row, false);
    }
    if (!task.progress().equals(before)) {
      putProgress(task, task.progress());
    }
  }

  private void dropLeftOut(ShardTask task, String candidateId, StoredContent.LeftOut leftOut) {
    stores.dropRow(task.key(candidateId));
    task.withdraw(leftOut);
  }

  private void nominateSuccessors(ShardTask task) {
    Set<String> entered = task.reselect(rows -> stores.forEachRow(task.revisionKey(), rows));
    entered.forEach(candidateId -> nominateStored(task, candidateId));
    putProgress(task, task.progress());
  }

  /**
   * Nominates a candidate that was scored earlier, if its representation is still stored. It is
   * missing when the store was rebuilt from the topic after compaction. In that case the shard has
   * yet to read a later record of the candidate, which withdraws, replaces or repeats it.
   */
  private void nominateStored(ShardTask task, String candidateId) {
    StoredContent.Scored row =
        (StoredContent.Scored) stores.row(task.key(candidateId)).orElseThrow();
    Bytes key = codec.encodedKey(task.representationId(), candidateId);
    stores
        .representation(key)
        .flatMap(value -> codec.decodeStored(key, value))
        .ifPresent(stored -> reporter.reportNomination(task, row, stored.getCandidate()));
  }

  /**
   * Stores the shard's progress with a task. While candidates in the block wait to be scored for
   * the task, the stored progress says that all stored representations still have to be scored: if
   * the process ends before the block is scored, the records in it are not read again, but they are
   * found in the store.
   */
  private void putProgress(ShardTask task, ShardProgress progress) {
    task.updateProgress(progress);
    stores.putProgress(
        task.revisionKey(), block.tasks().contains(task) ? progress.restarted() : progress);
  }

  /** Scores stored candidates and deletes unneeded score rows until the slice has passed. */
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
    StoredCandidates.Step step = new StoredCandidates(stores, codec).nextStep(task, STEP);
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
              : Math.max(1, stores.approximateRepresentations() - task.judged());
      reporter.reportCount(
          task,
          new PoolCount(
              task.scored(),
              waiting,
              task.fingerprint(),
              task.textForm(),
              task.leftOut(),
              task.leaks()));
    }
  }
}
