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
import io.sluice.streams.exactlyonce.EndsThread;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

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
 * <p>The shard stores no vectors: the topic does. A new revision scores earlier records by reading
 * the partition again ({@link Backlog}), in slices, between which live candidates are processed,
 * and scored for it too.
 *
 * <p>When a selected candidate is withdrawn, others take its place: its successors. They are found
 * just before the next pool count is reported, because that takes a pass over all score rows, and
 * one pass serves all withdrawals since the last one. Each task needs a pass of its own. They take
 * at most a tenth of the time: after long ones, the next waits for a later report. Until the last
 * successor is nominated, the pool counts say that some are waiting.
 */
final class NominateProcessor
    implements Processor<String, ShardInput, String, ShardReport>, ShardInput.Handler {
  /** Number of rows to delete between two checks of the time. */
  private static final int STEP = 32;

  private final RepresentationCodec codec;
  private final NominateStage.Pace pace;
  private final RecordLimit limit;
  private final PartitionReader.Opener opener;
  private final LongSupplier nanoTime;

  private ShardStores stores;
  private ShardTasks tasks;
  private ShardReporter reporter;
  private ProcessorContext<String, ShardReport> context;
  private CandidateRows rows;
  private Backlog backlog;
  private Successors successors;
  private Share selecting;
  private List<PartitionReader> readers = List.of();

  /**
   * By representation id: the offset behind the last live record since the shard was started. There
   * is none before the first one.
   */
  private final Map<String, Long> positions = new HashMap<>();

  /** Whether a task was behind when the shard was started, and the second stage may not know. */
  private boolean mayBeBehindUnnoticed;

  /**
   * Creates the processor; it has its stores from {@link #init} on.
   *
   * @param codec decodes representations
   * @param pace when and for how long the shard works without an incoming record
   * @param limit size of the largest record that a candidate may cause downstream
   * @param opener opens readers of the shard's partition
   * @param nanoTime the time in ns, as {@link System#nanoTime} has it
   */
  NominateProcessor(
      RepresentationCodec codec,
      NominateStage.Pace pace,
      RecordLimit limit,
      PartitionReader.Opener opener,
      LongSupplier nanoTime) {
    this.codec = codec;
    this.pace = pace;
    this.limit = limit;
    this.opener = opener;
    this.nanoTime = nanoTime;
  }

  @Override
  public void init(ProcessorContext<String, ShardReport> context) {
    // Kafka Streams initializes the same processor again after it has rolled back its stores.
    close();
    int partition = context.taskId().partition();
    PartitionReader many = Backlog.open(opener, partition);
    PartitionReader single = RecordLookup.open(opener, partition);
    this.readers = List.of(many, single);
    this.context = context;
    this.stores = new ShardStores(context);
    this.reporter = new ShardReporter(context);
    this.tasks = new ShardTasks(stores, reporter, limit);
    this.rows = new CandidateRows(stores, reporter);
    this.backlog = new Backlog(many, codec, stores, rows);
    this.successors = new Successors(new RecordLookup(single), codec, stores, reporter);
    this.selecting = new Share(nanoTime);
    this.positions.clear();
    this.mayBeBehindUnnoticed =
        tasks.active().stream().anyMatch(task -> !task.progress().caughtUp());
    context.schedule(
        pace.sliceInterval(),
        PunctuationType.WALL_CLOCK_TIME,
        new EndsThread(now -> workOnStoredData()));
    context.schedule(
        pace.reportInterval(),
        PunctuationType.WALL_CLOCK_TIME,
        new EndsThread(now -> reportCounts()));
  }

  @Override
  public void close() {
    readers.forEach(PartitionReader::close);
  }

  @Override
  public void process(Record<String, ShardInput> record) {
    // Only candidates may wait in the block: before any other input is processed, all candidates
    // that arrived earlier must be scored.
    if (!(record.value() instanceof ShardInput.CandidateRepresented)) {
      rows.scoreBlock();
    }
    reportThatTasksAreBehind();
    record.value().accept(this);
  }

  /**
   * Candidates that were in a block when the shard stopped are scored after later ones. The second
   * stage must know before it receives any of these that something is missing.
   */
  private void reportThatTasksAreBehind() {
    if (mayBeBehindUnnoticed) {
      mayBeBehindUnnoticed = false;
      reportCounts();
    }
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
    Arrival arrival = new Arrival(representation, liveOffset(representation.getRepresentationId()));
    String problems = rows.take(arrival, tasks.active());
    if (!problems.isEmpty()) {
      // A task that cannot use it must not find an earlier representation of the candidate either.
      stores.putSuperseded(codec.encodedKey(arrival.key()), arrival.offset());
      throw new InvalidRecordException(problems);
    }
  }

  /** Notes and returns the offset of the representation that is being processed. */
  private long liveOffset(String representationId) {
    long offset = context.recordMetadata().orElseThrow().offset();
    positions.put(representationId, offset + 1);
    return offset;
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
    long offset = liveOffset(key.getRepresentationId());
    stores.putSuperseded(codec.encodedKey(key), offset);
    rows.withdrawBelow(
        key, offset, tasks.active().stream().filter(task -> !task.hasRead(offset)).toList());
  }

  /**
   * Nominates successors, reads earlier records and deletes unneeded score rows until the slice has
   * passed.
   */
  private void workOnStoredData() {
    long end = nanoTime.getAsLong() + pace.slice().toNanos();
    rows.scoreBlock();
    reportThatTasksAreBehind();
    boolean worked;
    do {
      worked = nominateSuccessors();
      worked |= tasks.deleteRows(STEP);
      worked |=
          backlog.read(tasks.active(), Duration.ofNanos(Math.max(0, end - nanoTime.getAsLong())));
    } while (worked && isBefore(end));
  }

  private boolean isBefore(long end) {
    return nanoTime.getAsLong() - end < 0;
  }

  /**
   * Nominates as many successors as there are tasks.
   *
   * @return whether there was one
   */
  private boolean nominateSuccessors() {
    List<ShardTask> active = tasks.active();
    boolean worked = false;
    for (int each = 0; each < active.size(); each++) {
      worked |= successors.nominateNext(active).isPresent();
    }
    active.forEach(this::endSuccession);
    return worked;
  }

  /** If the process ends before the last successor is nominated, all are found again. */
  private void endSuccession(ShardTask task) {
    if (task.progress().successorsDue() && !task.isOutdated() && task.successors().isEmpty()) {
      rows.putProgress(task, task.progress().withSuccessorsDue(false));
    }
  }

  private void reportCounts() {
    long end = nanoTime.getAsLong() + pace.slice().toNanos();
    rows.scoreBlock();
    if (tasks.active().stream().anyMatch(ShardTask::isOutdated)) {
      // A pass over the rows of a large shard takes seconds, and each report may find a withdrawal.
      selecting.use(
          () -> {
            while (successors.selectNext(tasks.active()) && isBefore(end)) {}
          });
    }
    for (ShardTask task : tasks.active()) {
      // Mostly there are few. Then this count already says that none is waiting.
      while (isBefore(end) && successors.nominateNext(task)) {}
      endSuccession(task);
      reporter.reportCount(
          task,
          new PoolCount(
              task.scored(),
              backlog.waiting(task) + task.waitingSuccessors(),
              task.fingerprint(),
              task.textForm(),
              task.leftOut(),
              task.leaks(),
              task.tokenizer(),
              Math.max(
                  task.progress().readBefore(),
                  positions.getOrDefault(task.representationId(), 0L))));
    }
  }
}
