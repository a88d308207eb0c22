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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
 * metadata is no part of the content, but a rule may depend on it.
 *
 * <p>The shard stores no vectors: the topic does. A new revision scores the earlier records by
 * reading the partition again, in slices, between which live candidates are processed and scored
 * for it too. Both ways are safe beside each other, because what counts of a candidate is its
 * record with the highest offset: a score row holds the offset of its record, so that an earlier
 * one found while reading changes nothing, and neither does one that was withdrawn since.
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
  private final PartitionReader.Opener opener;

  private final ArrivalBlock block = new ArrivalBlock();
  private ShardStores stores;
  private ShardTasks tasks;
  private ShardReporter reporter;
  private ProcessorContext<String, ShardReport> context;
  private Backlog backlog;
  private Successors successors;

  /**
   * Creates the processor; it has its stores from {@link #init} on.
   *
   * @param codec decodes representations
   * @param pace when and for how long the shard works without an incoming record
   * @param limit size of the largest record that a candidate may cause downstream
   * @param opener opens readers of the shard's partition
   */
  NominateProcessor(
      RepresentationCodec codec,
      NominateStage.Pace pace,
      RecordLimit limit,
      PartitionReader.Opener opener) {
    this.codec = codec;
    this.pace = pace;
    this.limit = limit;
    this.opener = opener;
  }

  @Override
  public void init(ProcessorContext<String, ShardReport> context) {
    close();
    this.context = context;
    this.stores = new ShardStores(context);
    this.backlog = new Backlog(opener, context.taskId().partition());
    this.successors = new Successors(opener, context.taskId().partition());
    this.reporter = new ShardReporter(context);
    this.tasks = new ShardTasks(stores, reporter, limit);
    // Kafka Streams initializes the same processor again after it has rolled back its stores.
    block.clear();
    context.schedule(
        pace.sliceInterval(), PunctuationType.WALL_CLOCK_TIME, now -> workOnStoredData());
    context.schedule(pace.reportInterval(), PunctuationType.WALL_CLOCK_TIME, now -> reportCounts());
  }

  @Override
  public void close() {
    if (backlog != null) {
      backlog.close();
      successors.close();
    }
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

  @Override
  public void onCandidateRepresented(Representation representation) {
    String problems = take(new Arrival(representation, liveOffset()), tasks.active());
    if (!problems.isEmpty()) {
      throw new InvalidRecordException(problems);
    }
  }

  /** The offset of the representation that is being processed. */
  private long liveOffset() {
    return context.recordMetadata().orElseThrow().offset();
  }

  /**
   * Adds a candidate to the block for those tasks that have to judge and score it. The block is
   * scored when it is full, and before any input of another kind is processed.
   *
   * @return why tasks cannot use the representation; empty if all can
   */
  private String take(Arrival arrival, List<ShardTask> takers) {
    if (block.contains(arrival.candidateId())) {
      scoreBlock();
    }
    List<ShardTask> unscored = new ArrayList<>();
    String problems = "";
    for (ShardTask task : takers) {
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
    return problems;
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
        // Compaction will remove the record before this one.
        stores.putRow(task.key(arrival.candidateId()), known.get().at(arrival.offset()));
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
    StoredContent.LeftOut leftOut =
        new StoredContent.LeftOut(arrival.content(), arrival.offset(), reason);
    stores.putRow(task.key(arrival.candidateId()), leftOut);
    task.leaveOut(leftOut);
  }

  private void scoreEligible(ShardTask task, List<Arrival> arrivals) {
    List<float[]> rows = task.score(arrivals.stream().map(Arrival::vectors).toList());
    for (int i = 0; i < rows.size(); i++) {
      Arrival arrival = arrivals.get(i);
      StoredContent.Scored row = task.stored(arrival, rows.get(i));
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
    stores.putRetraction(codec.encodedKey(key), liveOffset());
    withdrawBelow(key, Long.MAX_VALUE, tasks.active());
  }

  /** Withdraws a candidate from tasks whose row of it is from a record below an offset. */
  private void withdrawBelow(RepresentationKey key, long offset, List<ShardTask> losers) {
    for (ShardTask task : losers) {
      if (task.representationId().equals(key.getRepresentationId())) {
        stores
            .row(task.key(key.getCandidateId()))
            .filter(stored -> stored.offset() < offset)
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
    task.reselect(rows -> stores.forEachRow(task.revisionKey(), rows)).stream()
        .map(id -> (StoredContent.Scored) stores.row(task.key(id)).orElseThrow())
        // Version 0.1 stored no offset. The task reads such candidates again, and nominates them.
        .filter(row -> row.offset() >= 0)
        // The order in which the topic is read fastest.
        .sorted(Comparator.comparingLong(StoredContent.Scored::offset))
        .forEach(row -> nominateStored(task, row));
    putProgress(task, task.progress());
  }

  /**
   * Nominates a candidate that was scored earlier, if its record still exists. Compaction has
   * removed it if there is a later record of the candidate that the shard has yet to read, which
   * withdraws, replaces or repeats it.
   */
  private void nominateStored(ShardTask task, StoredContent.Scored row) {
    successors
        .at(row.offset())
        .flatMap(codec::decodeStored)
        .ifPresent(stored -> reporter.reportNomination(task, row, stored.getCandidate()));
  }

  /**
   * Stores the shard's progress with a task. While candidates in the block wait to be scored for
   * the task, the stored progress says that the partition is to be read from the first of them: if
   * the process ends before the block is scored, Kafka Streams does not deliver their records
   * again.
   */
  private void putProgress(ShardTask task, ShardProgress progress) {
    task.updateProgress(progress);
    stores.putProgress(
        task.revisionKey(),
        block.tasks().contains(task) ? progress.notBeyond(block.firstOffset()) : progress);
  }

  /** Reads earlier records and deletes unneeded score rows until the slice has passed. */
  private void workOnStoredData() {
    long end = System.nanoTime() + pace.slice().toNanos();
    scoreBlock();
    boolean worked;
    do {
      worked = tasks.deleteRows(STEP);
      worked |= readBacklog(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
    } while (worked && System.nanoTime() < end);
  }

  /**
   * Reads the next records of the partition for the tasks that are behind.
   *
   * @param wait how long to wait for records that have not been fetched yet
   * @return whether there was anything to read
   */
  private boolean readBacklog(Duration wait) {
    List<ShardTask> behind =
        tasks.active().stream().filter(each -> !each.progress().caughtUp()).toList();
    if (behind.isEmpty()) {
      return false;
    }
    backlog.begin(behind);
    List<ShardTask> reading = behind.stream().filter(task -> !backlog.isRead(task)).toList();
    behind.stream().filter(backlog::isRead).forEach(this::endBacklog);
    if (reading.isEmpty()) {
      return true;
    }
    PartitionReader.Batch batch = backlog.next(reading, wait);
    for (PartitionReader.Entry entry : batch.entries()) {
      takeStored(
          entry, reading.stream().filter(task -> Backlog.next(task) <= entry.offset()).toList());
    }
    scoreBlock();
    for (ShardTask task : reading) {
      if (Backlog.next(task) < batch.next()) {
        putProgress(task, task.progress().readUpTo(batch.next()));
        if (backlog.isRead(task)) {
          endBacklog(task);
        }
      }
    }
    return true;
  }

  private void endBacklog(ShardTask task) {
    backlog.forget(task.revisionKey());
    putProgress(task, task.progress().asCaughtUp());
    log.atInfo()
        .addKeyValue("task", task.id())
        .addKeyValue("revision", task.revision())
        .addKeyValue("scored", task.scored())
        .log("Stored representations scored");
  }

  /** Takes an earlier record of the partition for tasks that have not read it yet. */
  private void takeStored(PartitionReader.Entry entry, List<ShardTask> readers) {
    ShardInput input;
    try {
      input = codec.decode(entry.key(), entry.value().orElse(null));
    } catch (InvalidRecordException e) {
      // It became a dead letter when it was live.
      return;
    }
    if (input instanceof ShardInput.CandidateRepresented represented) {
      takeStored(new Arrival(represented.representation(), entry.offset()), readers);
    } else if (input instanceof ShardInput.CandidateRetracted retracted) {
      withdrawStored(retracted.key(), entry.offset(), readers);
    } else if (input instanceof ShardInput.RepresentationRefused refused) {
      withdrawStored(refused.key(), entry.offset(), readers);
    }
  }

  private void withdrawStored(RepresentationKey key, long offset, List<ShardTask> readers) {
    if (block.contains(key.getCandidateId())) {
      scoreBlock();
    }
    withdrawBelow(key, offset, readers);
  }

  private void takeStored(Arrival arrival, List<ShardTask> readers) {
    if (block.contains(arrival.candidateId())) {
      scoreBlock();
    }
    if (stores.isRetractedAfter(codec.encodedKey(arrival.key()), arrival.offset())) {
      return;
    }
    List<ShardTask> takers = readers.stream().filter(task -> isLatest(task, arrival)).toList();
    String problems = take(arrival, takers);
    if (!problems.isEmpty()) {
      // It became a dead letter when it was live, or workers of other vectors represented it.
      log.atDebug().addKeyValue("reason", problems).log("Stored representation skipped");
    }
  }

  /** Whether a task knows no later record of the candidate, nor this one. */
  private boolean isLatest(ShardTask task, Arrival arrival) {
    return stores
        .row(task.key(arrival.candidateId()))
        .filter(row -> row.offset() >= arrival.offset())
        .isEmpty();
  }

  private void reportCounts() {
    scoreBlock();
    for (ShardTask task : tasks.active()) {
      if (task.progress().successorsDue()) {
        nominateSuccessors(task);
      }
      reporter.reportCount(
          task,
          new PoolCount(
              task.scored(),
              backlog.waiting(task),
              task.fingerprint(),
              task.textForm(),
              task.leftOut(),
              task.leaks()));
    }
  }
}
