package io.sluice.streams.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.streams.deadletter.InvalidRecordException;
import io.sluice.streams.nominate.ShardFixture;
import io.sluice.streams.select.SelectFixture;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Both stages, connected by queues in which records wait as they do in topics, and a record of
 * everything that was sent to them.
 */
final class SelectionModel {
  /**
   * Per shard, in this order: queues of tasks, queries and served revisions to it, of reports from
   * it, and of representations to it.
   */
  private static final int QUEUES_PER_SHARD = 5;

  private final Random order = new Random(1);
  private final List<ShardFixture> shards = new ArrayList<>();
  private final SelectFixture select;

  /** Records in transit. Each queue keeps its order; records of different queues have none. */
  private final List<Queue<Runnable>> queues = new ArrayList<>();

  private final SentRecords sent = new SentRecords();

  SelectionModel(int shardCount) {
    for (int s = 0; s < shardCount; s++) {
      shards.add(new ShardFixture(s));
    }
    select = new SelectFixture(shardCount);
    for (int q = 0; q < QUEUES_PER_SHARD * shardCount; q++) {
      queues.add(new ArrayDeque<>());
    }
  }

  void arrive(Representation representation) {
    RepresentationKey key =
        new RepresentationKey(
            representation.getRepresentationId(), representation.getCandidate().getId());
    send(key, Optional.of(representation), shard -> shard.send(representation));
  }

  void retract(String representationId, String candidateId) {
    RepresentationKey key = new RepresentationKey(representationId, candidateId);
    send(key, Optional.empty(), shard -> shard.send(key, Optional.empty()));
  }

  /** Sends an undecodable record that replaces the representation of a candidate. */
  void spoil(String representationId, String candidateId) {
    RepresentationKey key = new RepresentationKey(representationId, candidateId);
    send(key, Optional.empty(), shard -> shard.send(key, Optional.of(new byte[] {1, 2, 3})));
  }

  private void send(
      RepresentationKey key, Optional<Representation> usable, Consumer<ShardFixture> record) {
    int number = shardOf(key.getCandidateId());
    sent.append(number, key, usable);
    ShardFixture shard = shards.get(number);
    record.accept(shard);
    queues
        .get(QUEUES_PER_SHARD * number + 4)
        .add(
            () -> {
              try {
                shard.deliver();
              } catch (InvalidRecordException e) {
                // In the topology, the record becomes a dead letter.
              }
              collect(number);
            });
  }

  int nextRevision(String taskId) {
    return sent.nextRevision(taskId);
  }

  void define(TargetTask task) {
    sent.putTask(task);
    select.define(task);
    toEveryShard(0, shard -> shard.define(task));
  }

  void remove(String taskId) {
    sent.removeTask(taskId);
    select.remove(taskId);
    toEveryShard(0, shard -> shard.remove(taskId));
  }

  /**
   * Represents a query of the newest revision and drops that of the one before, as a worker does.
   *
   * @param representationId the representation; empty for the task's own
   */
  void represent(String taskId, String representationId, int index, float[] vector) {
    sent.representQuery(taskId, representationId, index, vector)
        .ifPresent(
            query -> {
              QueryRepresentationKey before =
                  new QueryRepresentationKey(query.getTaskId(), query.getRevision() - 1, index);
              toEveryShard(1, shard -> shard.represent(query));
              toEveryShard(1, shard -> shard.dropQuery(before));
            });
  }

  void restartShard(int shard) {
    shards.get(shard % shards.size()).restart();
  }

  /** Compacts the partition of a shard. */
  void compact(int shard) {
    shards.get(shard % shards.size()).compact();
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
      toEveryShard(2, shard -> shard.serve(status.getTaskId(), status.getRevision()));
    }
  }

  /** Delivers some of the records in transit, in a random order of the queues. */
  void deliver(int count) {
    for (int i = 0; i < count && inFlight(); i++) {
      List<Queue<Runnable>> waiting = queues.stream().filter(q -> !q.isEmpty()).toList();
      waiting.get(order.nextInt(waiting.size())).remove().run();
    }
  }

  private boolean inFlight() {
    return queues.stream().anyMatch(queue -> !queue.isEmpty());
  }

  /** Delivers all records, runs all timers and ends all jobs until nothing changes anymore. */
  void settle() {
    int quiet = 0;
    for (int round = 0; quiet < 3; round++) {
      assertThat(round).as("rounds until nothing changes anymore").isLessThan(200);
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

  /** Ends one of the open jobs, as a trainer does. */
  void endJob(int which, FineTuneState state) {
    List<FineTuneJob> open = select.open();
    if (!open.isEmpty()) {
      select.end(open.get(which % open.size()).getJobId(), state);
    }
  }

  /** Cancels one of the open jobs on request. */
  void cancelJob(int which) {
    List<FineTuneJob> open = select.open();
    if (!open.isEmpty()) {
      FineTuneJob job = open.get(which % open.size());
      select.cancel(job.getTaskId(), job.getJobId());
      assertThat(select.open()).doesNotContain(job);
    }
  }

  /** Requests a job, which may be refused. */
  void fireJob(String taskId, int budget) {
    try {
      select.fire(taskId, budget, "r");
    } catch (InvalidRecordException e) {
      // In the topology, the request becomes a dead letter.
    }
  }

  /** Checks the published records against the batch rules. */
  void check() {
    new SelectionChecks(sent, select).check();
    tickSelect();
  }

  private int shardOf(String candidateId) {
    return Math.floorMod(candidateId.hashCode(), shards.size());
  }

  private void toEveryShard(int kind, Consumer<ShardFixture> record) {
    for (int s = 0; s < shards.size(); s++) {
      int shard = s;
      queues
          .get(QUEUES_PER_SHARD * shard + kind)
          .add(
              () -> {
                record.accept(shards.get(shard));
                collect(shard);
              });
    }
  }

  private void collect(int shard) {
    Queue<Runnable> reports = queues.get(QUEUES_PER_SHARD * shard + 3);
    shards.get(shard).takeReports().forEach(report -> reports.add(() -> select.report(report)));
  }
}
