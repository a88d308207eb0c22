package io.sluice.streams.topology;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.Nomination;
import io.sluice.schemas.PoolCount;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.ShardReport;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.Withdrawal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ValueAndTimestamp;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One shard: scores the candidates of its partition for every task and nominates those that its own
 * selection admits.
 *
 * <p>Why it is exact: selecting from the union of the shards' selections equals selecting from the
 * union of the shards, in whatever order and however often nominations arrive. A candidate is
 * scored once for a task; its later representations are repeats. A task that is new to the shard is
 * scored over the stored representations in slices, while live candidates keep flowing.
 */
final class NominateProcessor implements Processor<String, ShardInput, String, ShardReport> {
  private static final Logger log = LoggerFactory.getLogger(NominateProcessor.class);

  private final RepresentationCodec codec;
  private final Duration reportInterval;
  private final Duration sliceInterval;
  private final int sliceSize;

  private final Map<String, ShardTask> tasks = new HashMap<>();
  private final Map<String, Backfill> backfills = new HashMap<>();
  private final Map<String, PoolCount> reported = new HashMap<>();
  private final List<RepresentationKey> vanished = new ArrayList<>();
  private ProcessorContext<String, ShardReport> context;
  private ShardStores stores;

  /**
   * A shard.
   *
   * @param codec reads stored representations
   * @param reportInterval how often pool counts are reported when they change
   * @param sliceInterval pause between two slices of a backfill
   * @param sliceSize candidates a slice
   */
  NominateProcessor(
      RepresentationCodec codec, Duration reportInterval, Duration sliceInterval, int sliceSize) {
    this.codec = codec;
    this.reportInterval = reportInterval;
    this.sliceInterval = sliceInterval;
    this.sliceSize = sliceSize;
  }

  @Override
  public void init(ProcessorContext<String, ShardReport> context) {
    this.context = context;
    this.stores = new ShardStores(context);
    // Kafka Streams starts the same processor again when it had to roll its stores back.
    tasks.clear();
    backfills.clear();
    reported.clear();
    vanished.clear();
    stores.tasks().forEach(this::activateIfComplete);
    context.schedule(sliceInterval, PunctuationType.WALL_CLOCK_TIME, now -> backfillSlices());
    context.schedule(reportInterval, PunctuationType.WALL_CLOCK_TIME, now -> reportCounts());
  }

  @Override
  public void process(Record<String, ShardInput> record) {
    ShardInput input = record.value();
    if (input instanceof ShardInput.Arrived arrived) {
      arrived(arrived.representation());
    } else if (input instanceof ShardInput.Retracted retracted) {
      retracted(retracted.key());
    } else if (input instanceof ShardInput.TaskDefined defined) {
      taskDefined(defined.task());
    } else if (input instanceof ShardInput.TaskRemoved removed) {
      stores.task(removed.taskId()).ifPresent(this::drop);
    } else if (input instanceof ShardInput.QueryRepresented represented) {
      queryRepresented(represented.query());
    } else if (input instanceof ShardInput.QueryDropped dropped) {
      queryDropped(dropped);
    }
  }

  private void taskDefined(TargetTask task) {
    Optional<TargetTask> known = stores.task(task.getTaskId());
    if (known.isPresent() && known.get().getRevision() >= task.getRevision()) {
      return;
    }
    known.ifPresent(this::drop);
    stores.putTask(task);
    activateIfComplete(task);
  }

  private void drop(TargetTask task) {
    stores.dropTask(task);
    tasks.remove(task.getTaskId());
    backfills.remove(task.getTaskId());
    reported.remove(task.getTaskId());
  }

  private void queryRepresented(QueryRepresentation query) {
    ShardTask active = tasks.get(query.getTaskId());
    if (active != null && active.revision() == query.getRevision()) {
      active.requireSameMaking(query);
      return;
    }
    stores.putQuery(query);
    stores
        .task(query.getTaskId())
        .filter(task -> task.getRevision() == query.getRevision())
        .ifPresent(this::activateIfComplete);
  }

  private void queryDropped(ShardInput.QueryDropped dropped) {
    ShardTask active = tasks.get(dropped.key().getTaskId());
    boolean inUse = active != null && active.revision() == dropped.key().getRevision();
    if (!inUse) {
      stores.dropQuery(
          dropped.key().getTaskId(), dropped.key().getRevision(), dropped.key().getQueryIndex());
    }
  }

  private void activateIfComplete(TargetTask definition) {
    List<QueryRepresentation> queries = stores.queries(definition);
    if (queries.size() < definition.getQueries().size() || !ShardTask.ofOneMaking(queries)) {
      return;
    }
    ShardTask task = new ShardTask(definition, queries);
    stores.forEachRow(
        task,
        (candidateId, row) -> {
          task.admit(candidateId, row);
          if (stores.representation(storedKey(task, candidateId)).isEmpty()) {
            vanished.add(new RepresentationKey(task.representationId(), candidateId));
          }
        });
    tasks.put(task.id(), task);
    backfills.put(task.id(), Backfill.FROM_THE_BEGINNING);
  }

  private void arrived(Representation representation) {
    String problems = "";
    for (ShardTask task : tasks.values()) {
      try {
        scoreFor(task, representation);
      } catch (InvalidRecordException e) {
        problems = problems.isEmpty() ? e.getMessage() : problems + "; " + e.getMessage();
      }
    }
    if (!problems.isEmpty()) {
      throw new InvalidRecordException(problems);
    }
  }

  private void scoreFor(ShardTask task, Representation representation) {
    Candidate candidate = representation.getCandidate();
    TaskKey key = task.key(candidate.getId());
    if (!task.representationId().equals(representation.getRepresentationId())
        || stores.hasRow(key)) {
      return;
    }
    float[] row = task.score(representation);
    stores.putRow(key, row);
    if (task.admit(candidate.getId(), row)) {
      report(task, new Nomination(ScoreRow.boxed(row), candidate));
    }
  }

  private void retracted(RepresentationKey key) {
    for (ShardTask task : tasks.values()) {
      TaskKey row = task.key(key.getCandidateId());
      if (task.representationId().equals(key.getRepresentationId()) && stores.hasRow(row)) {
        stores.dropRow(row);
        report(task, new Withdrawal(key.getCandidateId()));
        if (task.holds(key.getCandidateId())) {
          reselect(task);
        } else {
          task.forgetOne();
        }
      }
    }
  }

  /** Retraction is not an insertion: the selection is built anew, and who enters is nominated. */
  private void reselect(ShardTask task) {
    Set<String> before = new HashSet<>(task.selected());
    task.reset();
    stores.forEachRow(task, task::admit);
    Set<String> entered = new HashSet<>(task.selected());
    entered.removeAll(before);
    stores.forEachRow(
        task,
        (candidateId, row) -> {
          if (entered.contains(candidateId)) {
            Bytes key = storedKey(task, candidateId);
            stores
                .representation(key)
                .flatMap(value -> codec.decodeStored(key, value))
                .ifPresent(
                    stored ->
                        report(task, new Nomination(ScoreRow.boxed(row), stored.getCandidate())));
          }
        });
  }

  private void backfillSlices() {
    List.copyOf(vanished).forEach(this::retracted);
    vanished.clear();
    backfills.replaceAll((taskId, backfill) -> backfillSlice(tasks.get(taskId), backfill));
    backfills.values().removeIf(Backfill::done);
  }

  private Backfill backfillSlice(ShardTask task, Backfill backfill) {
    Backfill progress = backfill;
    try (KeyValueIterator<Bytes, ValueAndTimestamp<byte[]>> stored =
        stores.representationsAfter(backfill.after())) {
      for (int passed = 0; passed < sliceSize && stored.hasNext(); passed++) {
        KeyValue<Bytes, ValueAndTimestamp<byte[]>> entry = stored.next();
        boolean comparable =
            codec
                .decodeStored(entry.key, entry.value.value())
                .map(representation -> scoreStored(task, representation))
                .orElse(true);
        progress = progress.past(entry.key, comparable);
      }
      if (!stored.hasNext()) {
        progress = progress.toItsEnd();
        log.atInfo()
            .addKeyValue("task", task.id())
            .addKeyValue("revision", task.revision())
            .addKeyValue("scored", task.scored())
            .addKeyValue("incomparable", progress.incomparable())
            .log("stored representations scored");
      }
    }
    return progress;
  }

  private boolean scoreStored(ShardTask task, Representation representation) {
    try {
      scoreFor(task, representation);
      return true;
    } catch (InvalidRecordException e) {
      return false;
    }
  }

  private Bytes storedKey(ShardTask task, String candidateId) {
    return codec.encodedKey(task.representationId(), candidateId);
  }

  private void reportCounts() {
    for (ShardTask task : tasks.values()) {
      long waiting =
          backfills.containsKey(task.id())
              ? Math.max(1, stores.approximateRepresentations() - task.scored())
              : 0;
      PoolCount count = new PoolCount(task.scored(), waiting);
      if (!count.equals(reported.put(task.id(), count))) {
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

  /**
   * How far the scoring of stored representations has come for a task.
   *
   * @param after the last key passed
   * @param incomparable representations passed that were made otherwise than the task's queries
   * @param done whether all were passed
   */
  private record Backfill(Optional<Bytes> after, long incomparable, boolean done) {
    static final Backfill FROM_THE_BEGINNING = new Backfill(Optional.empty(), 0, false);

    Backfill past(Bytes key, boolean comparable) {
      return new Backfill(Optional.of(key), comparable ? incomparable : incomparable + 1, false);
    }

    Backfill toItsEnd() {
      return new Backfill(after, incomparable, true);
    }
  }
}
