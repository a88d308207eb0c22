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
import java.util.Queue;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Both stages with the queues between them, in which records wait as they do in topics; and beside
 * them everything that was sent.
 */
final class SelectionModel {
  /** To each shard: tasks, queries, served revisions. From it: reports. To it: representations. */
  private static final int QUEUES_A_SHARD = 5;

  private final Random order = new Random(1);
  private final List<ShardFixture> shards = new ArrayList<>();
  private final SelectFixture select;

  /** Records on their way: each queue keeps its order, among queues there is none. */
  private final List<Queue<Runnable>> queues = new ArrayList<>();

  /** Keys of the representations that a shard is still to read, by shard. */
  private final List<Queue<RepresentationKey>> unread = new ArrayList<>();

  private final SentRecords sent = new SentRecords();

  SelectionModel(int shardCount) {
    for (int s = 0; s < shardCount; s++) {
      shards.add(new ShardFixture(s));
      unread.add(new ArrayDeque<>());
    }
    select = new SelectFixture(shardCount);
    for (int q = 0; q < QUEUES_A_SHARD * shardCount; q++) {
      queues.add(new ArrayDeque<>());
    }
  }

  void arrive(Representation representation) {
    source(sent.arrived(representation), shard -> shard.arrive(representation));
  }

  void retract(String representationId, String candidateId) {
    RepresentationKey key = new RepresentationKey(representationId, candidateId);
    sent.gone(key);
    source(key, shard -> shard.retract(representationId, candidateId));
  }

  /** A record that cannot be read takes the place of the candidate's representation. */
  void spoil(String representationId, String candidateId) {
    RepresentationKey key = new RepresentationKey(representationId, candidateId);
    sent.gone(key);
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

  private void source(RepresentationKey key, Consumer<ShardFixture> record) {
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
    return sent.nextRevision(taskId);
  }

  void define(TargetTask task) {
    sent.defined(task);
    select.define(task);
    toEveryShard(0, shard -> shard.define(task));
  }

  void remove(String taskId) {
    sent.removed(taskId);
    select.remove(taskId);
    toEveryShard(0, shard -> shard.remove(taskId));
  }

  /** The worker represents one query of the newest revision, and drops those of the one before. */
  void represent(String taskId, int index, float[] vector) {
    sent.represented(taskId, index, vector)
        .ifPresent(
            query -> {
              QueryRepresentationKey before =
                  new QueryRepresentationKey(taskId, query.getRevision() - 1, index);
              toEveryShard(1, shard -> shard.represent(query));
              toEveryShard(1, shard -> shard.dropQuery(before));
            });
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
      toEveryShard(2, shard -> shard.serve(status.getTaskId(), status.getRevision()));
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
    new SelectionChecks(sent, select).check();
    tickSelect();
  }

  private int shardOf(RepresentationKey key) {
    return Math.floorMod(key.getCandidateId().hashCode(), shards.size());
  }

  private void toEveryShard(int kind, Consumer<ShardFixture> record) {
    for (int s = 0; s < shards.size(); s++) {
      int shard = s;
      queues
          .get(QUEUES_A_SHARD * shard + kind)
          .add(
              () -> {
                record.accept(shards.get(shard));
                collect(shard);
              });
    }
  }

  private void collect(int shard) {
    Queue<Runnable> reports = queues.get(QUEUES_A_SHARD * shard + 3);
    shards.get(shard).takeReports().forEach(report -> reports.add(() -> select.report(report)));
  }
}
