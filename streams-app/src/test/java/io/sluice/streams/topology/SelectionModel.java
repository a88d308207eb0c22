package io.sluice.streams.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.Arm;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.dataset.FrozenDataset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Both stages with the queues between them, in which records wait as they do in topics; and beside
 * them everything that was sent, from which the batch rule gives what consumers must have.
 */
final class SelectionModel {
  /** To each shard: tasks, queries, served revisions. From it: reports. To it: representations. */
  private static final int QUEUES_A_SHARD = 5;

  private final Random order = new Random(1);
  private final List<ShardHarness> shards = new ArrayList<>();
  private final SelectHarness select;

  /** Records on their way: each queue keeps its order, among queues there is none. */
  private final List<Queue<Runnable>> queues = new ArrayList<>();

  /** Keys of the representations that a shard is still to read, by shard. */
  private final List<Queue<RepresentationKey>> unread = new ArrayList<>();

  private final Map<RepresentationKey, Representation> live = new TreeMap<>();
  private final Map<String, TargetTask> newest = new HashMap<>();
  private final Map<String, Integer> firstOfLife = new HashMap<>();
  private final Map<String, Integer> lastRevision = new HashMap<>();
  private final Map<TaskKey, TargetTask> defined = new HashMap<>();
  private final Map<TaskKey, Map<Integer, QueryRepresentation>> represented = new HashMap<>();

  SelectionModel(int shardCount) {
    for (int s = 0; s < shardCount; s++) {
      shards.add(new ShardHarness(s));
      unread.add(new ArrayDeque<>());
    }
    select = new SelectHarness(shardCount);
    for (int q = 0; q < QUEUES_A_SHARD * shardCount; q++) {
      queues.add(new ArrayDeque<>());
    }
  }

  void arrive(Representation representation) {
    RepresentationKey key =
        new RepresentationKey(
            representation.getRepresentationId(), representation.getCandidate().getId());
    live.put(key, representation);
    source(key, shard -> shard.arrive(representation));
  }

  void retract(String representationId, String candidateId) {
    RepresentationKey key = new RepresentationKey(representationId, candidateId);
    live.remove(key);
    source(key, shard -> shard.retract(representationId, candidateId));
  }

  /** A record that cannot be read takes the place of the candidate's representation. */
  void spoil(String representationId, String candidateId) {
    RepresentationKey key = new RepresentationKey(representationId, candidateId);
    live.remove(key);
    source(
        key,
        shard -> {
          try {
            shard.source(key, new byte[] {1, 2, 3});
          } catch (InvalidRecordException e) {
            // Kafka Streams writes it to the dead letters and goes on.
          }
        });
  }

  private void source(RepresentationKey key, Consumer<ShardHarness> record) {
    int shard = shardOf(key);
    unread.get(shard).add(key);
    queues
        .get(QUEUES_A_SHARD * shard + 4)
        .add(
            () -> {
              unread.get(shard).remove();
              record.accept(shards.get(shard));
              collect(shard);
            });
  }

  int nextRevision(String taskId) {
    return lastRevision.getOrDefault(taskId, 0) + 1;
  }

  void define(TargetTask task) {
    String taskId = task.getTaskId();
    lastRevision.put(taskId, task.getRevision());
    firstOfLife.putIfAbsent(taskId, task.getRevision());
    newest.put(taskId, task);
    defined.put(TaskKey.prefix(taskId, task.getRevision()), task);
    select.process(new SelectInput.TaskDefined(task));
    toEveryShard(0, new ShardInput.TaskDefined(task));
  }

  void remove(String taskId) {
    newest.remove(taskId);
    firstOfLife.remove(taskId);
    select.process(new SelectInput.TaskRemoved(taskId));
    toEveryShard(0, new ShardInput.TaskRemoved(taskId));
  }

  /** The worker represents one query of the newest revision, and drops those of the one before. */
  void represent(String taskId, int index, float[] vector) {
    TargetTask task = newest.get(taskId);
    if (task == null || index >= task.getQueries().size()) {
      return;
    }
    TaskKey revision = TaskKey.prefix(taskId, task.getRevision());
    Map<Integer, QueryRepresentation> known =
        represented.computeIfAbsent(revision, key -> new TreeMap<>());
    if (known.containsKey(index)) {
      return;
    }
    known.put(index, Examples.query(task, index, vector));
    toEveryShard(1, new ShardInput.QueryRepresented(known.get(index)));
    toEveryShard(
        1,
        new ShardInput.QueryDropped(
            new QueryRepresentationKey(taskId, task.getRevision() - 1, index)));
  }

  void restartShard(int shard) {
    shards.get(shard % shards.size()).restart();
  }

  /** The state is lost too, and the topic was compacted: unread records have replaced others. */
  void restoreShard(int shard) {
    unread.get(shard % shards.size()).forEach(shards.get(shard % shards.size())::compactAway);
    restartShard(shard);
  }

  void restartSelect() {
    select.restart();
  }

  void tick(int shard) {
    shards.get(shard % shards.size()).tick();
    collect(shard % shards.size());
  }

  void tickSelect() {
    for (TaskStatus status : select.tick()) {
      toEveryShard(2, new ShardInput.RevisionServed(status.getTaskId(), status.getRevision()));
    }
  }

  /** Lets some of the records that are on their way come in. */
  void deliver(int count) {
    for (int i = 0; i < count && inFlight(); i++) {
      List<Queue<Runnable>> waiting = queues.stream().filter(q -> !q.isEmpty()).toList();
      waiting.get(order.nextInt(waiting.size())).remove().run();
    }
  }

  private boolean inFlight() {
    return queues.stream().anyMatch(queue -> !queue.isEmpty());
  }

  /** Lets everything come in until nothing happens any more. */
  void settle() {
    int quiet = 0;
    for (int round = 0; quiet < 3; round++) {
      assertThat(round).as("rounds until nothing happens any more").isLessThan(200);
      deliver(Integer.MAX_VALUE);
      for (int s = 0; s < shards.size(); s++) {
        tick(s);
      }
      boolean reports = inFlight();
      deliver(Integer.MAX_VALUE);
      tickSelect();
      boolean trained = !select.open().isEmpty();
      select.open().forEach(job -> select.end(job.getJobId(), FineTuneState.FINISHED));
      quiet = reports || inFlight() || trained ? 0 : quiet + 1;
    }
  }

  /** A trainer ends one of the open jobs. */
  void endJob(int which, FineTuneState state) {
    List<FineTuneJob> open = select.open();
    if (!open.isEmpty()) {
      select.end(open.get(which % open.size()).getJobId(), state);
    }
  }

  /** Somebody cancels one of the open jobs. */
  void cancelJob(int which) {
    List<FineTuneJob> open = select.open();
    if (!open.isEmpty()) {
      FineTuneJob job = open.get(which % open.size());
      select.cancel(job.getTaskId(), job.getJobId());
      assertThat(select.open()).doesNotContain(job);
    }
  }

  /** Somebody asks for a job, which perhaps cannot fire. */
  void fireJob(String taskId, int budget) {
    try {
      select.fire(taskId, budget, "r");
    } catch (InvalidRecordException e) {
      // Kafka Streams writes it to the dead letters and goes on.
    }
  }

  /** What consumers have must be what the batch rule selects from all that was sent. */
  void check() {
    assertThat(select.statuses().keySet()).isEqualTo(newest.keySet());
    for (String taskId : Set.copyOf(lastRevision.keySet())) {
      if (newest.containsKey(taskId)) {
        checkTask(taskId);
      } else {
        assertThat(select.subset(taskId)).isEmpty();
      }
    }
    checkJobs();
    newest.values().stream().filter(this::isRepresented).forEach(this::checkFrozen);
    tickSelect();
  }

  /** What is frozen now is what the batch rules select, the task's own and the control's. */
  private void checkFrozen(TargetTask task) {
    Map<String, float[]> rows = rows(task);
    for (int budget : task.getBudgets()) {
      if (budget <= rows.size()) {
        select.fire(task.getTaskId(), budget, "check");
        Publication.JobFired fired = select.fired().get(select.fired().size() - 1);
        assertThat(fired.job().getRequestId()).isEqualTo("check");
        FrozenDataset frozen = FrozenDataset.of(fired.job(), fired.dataset());
        assertThat(ids(frozen.selected()))
            .isEqualTo(BatchSelection.order(task, task.getAlgorithm(), rows).subList(0, budget));
        boolean controlled =
            task.getControls().contains(Arm.RANDOM) && !task.getAlgorithm().startsWith("random");
        assertThat(ids(frozen.random()))
            .isEqualTo(
                controlled
                    ? BatchSelection.order(task, "random", rows).subList(0, budget)
                    : List.of());
        select.end(fired.job().getJobId(), FineTuneState.FINISHED);
      }
    }
  }

  private static List<String> ids(List<DatasetRecord> examples) {
    return examples.stream().map(DatasetRecord::getCandidateId).toList();
  }

  private void checkTask(String taskId) {
    TaskStatus status = select.statuses().get(taskId);
    TargetTask task = newest.get(taskId);
    if (isRepresented(task)) {
      assertThat(status.getRevision()).isEqualTo(task.getRevision());
      assertThat(status.getIncoming()).isEmpty();
    } else if (task.getRevision() > firstOfLife.get(taskId)) {
      assertThat(status.getIncoming()).hasSize(1);
    }
    TargetTask served = defined.get(TaskKey.prefix(taskId, status.getRevision()));
    Map<String, SelectedInstruction> subset = select.subset(taskId);
    if (!isRepresented(served)) {
      assertThat(subset).isEmpty();
      return;
    }
    Map<String, float[]> rows = rows(served);
    Map<String, Integer> expected = BatchSelection.tiers(served, rows);
    Map<String, Integer> actual = new HashMap<>();
    subset.forEach((id, selected) -> actual.put(id, selected.getTier()));
    assertThat(actual).as("subset of %s", taskId).isEqualTo(expected);
    subset.forEach(
        (id, selected) -> {
          assertThat(selected.getRevision()).isEqualTo(served.getRevision());
          assertThat(ScoreRow.unboxed(selected.getScores())).isEqualTo(rows.get(id));
          assertThat(selected.getMessages()).isEqualTo(candidateOf(served, id).getMessages());
        });
    assertThat(status.getPool()).isEqualTo(rows.size());
    assertThat(status.getWaiting()).isZero();
    assertThat(status.getSelected()).isEqualTo(expected.size());
    // While a newer revision is on its way nothing fires.
    assertThat(status.getTiers())
        .filteredOn(tier -> status.getIncoming().isEmpty())
        .filteredOn(tier -> tier.getFilled() == tier.getBudget())
        .allMatch(tier -> tier.getTurnover() < served.getRefreshTurnover(), "has a fresh job");
  }

  private void checkJobs() {
    Set<String> ids = new HashSet<>();
    for (Publication.JobFired fired : select.fired()) {
      assertThat(ids.add(fired.job().getJobId())).as("fired once").isTrue();
      String taskId = fired.job().getTaskId();
      TargetTask task = defined.get(TaskKey.prefix(taskId, fired.job().getRevision()));
      if (fired.job().getRevision() >= firstOfLife.getOrDefault(taskId, Integer.MAX_VALUE)
          && keptItsRepresentation(task)) {
        FrozenDataset frozen = FrozenDataset.of(fired.job(), fired.dataset());
        List<DatasetRecord> examples = new ArrayList<>(frozen.selected());
        examples.addAll(frozen.random());
        for (DatasetRecord example : examples) {
          RepresentationKey key =
              new RepresentationKey(task.getRepresentationId(), example.getCandidateId());
          boolean changed =
              !live.containsKey(key)
                  || !live.get(key).getCandidate().getMessages().equals(example.getMessages());
          if (changed) {
            assertThat(select.job(fired.job().getJobId()).getRetracted())
                .contains(example.getCandidateId());
          }
        }
      }
    }
    newest.values().stream().filter(this::isRepresented).forEach(this::checkNoneMissing);
  }

  /** Of another representation of the same candidates, a task knows nothing. */
  private boolean keptItsRepresentation(TargetTask task) {
    return defined.values().stream()
        .filter(other -> other.getTaskId().equals(task.getTaskId()))
        .filter(other -> other.getRevision() > task.getRevision())
        .allMatch(other -> other.getRepresentationId().equals(task.getRepresentationId()));
  }

  private void checkNoneMissing(TargetTask task) {
    int pool = rows(task).size();
    List<Integer> fired =
        select.fired().stream()
            .map(Publication.JobFired::job)
            .filter(job -> job.getTaskId().equals(task.getTaskId()))
            .filter(job -> job.getRevision() == task.getRevision())
            .map(job -> job.getBudget())
            .toList();
    assertThat(fired)
        .containsAll(
            task.getBudgets().stream()
                .filter(budget -> budget <= pool && budget * task.getMinPoolFactor() <= pool)
                .toList());
  }

  private boolean isRepresented(TargetTask task) {
    return represented
            .getOrDefault(TaskKey.prefix(task.getTaskId(), task.getRevision()), Map.of())
            .size()
        == task.getQueries().size();
  }

  private Map<String, float[]> rows(TargetTask task) {
    List<QueryRepresentation> queries =
        List.copyOf(represented.get(TaskKey.prefix(task.getTaskId(), task.getRevision())).values());
    ShardTask scorer = new ShardTask(task, queries, ShardProgress.BEGINNING);
    Map<String, float[]> rows = new TreeMap<>();
    live.forEach(
        (key, representation) -> {
          if (key.getRepresentationId().equals(task.getRepresentationId())) {
            rows.put(
                key.getCandidateId(),
                scorer.score(List.of(new Arrival(representation).vectors())).get(0));
          }
        });
    return rows;
  }

  private Candidate candidateOf(TargetTask task, String candidateId) {
    return live.get(new RepresentationKey(task.getRepresentationId(), candidateId)).getCandidate();
  }

  private int shardOf(RepresentationKey key) {
    return Math.floorMod(key.getCandidateId().hashCode(), shards.size());
  }

  private void toEveryShard(int kind, ShardInput input) {
    for (int s = 0; s < shards.size(); s++) {
      int shard = s;
      queues
          .get(QUEUES_A_SHARD * shard + kind)
          .add(
              () -> {
                shards.get(shard).process(input);
                collect(shard);
              });
    }
  }

  private void collect(int shard) {
    Queue<Runnable> reports = queues.get(QUEUES_A_SHARD * shard + 3);
    shards.get(shard).takeReports().forEach(report -> reports.add(() -> select.report(report)));
  }
}
