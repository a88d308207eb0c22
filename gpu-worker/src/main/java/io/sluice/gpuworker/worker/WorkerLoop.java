package io.sluice.gpuworker.worker;

import io.sluice.gpuworker.worker.Lane.Batch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker's one Kafka thread. It polls without pause, whatever is being computed, so that the
 * worker stays in its group; another thread computes, one batch at a time.
 *
 * <p>At least once: the offsets of a batch are committed after all that it gave is acknowledged. A
 * batch is published on this thread, where partitions are also taken away: what comes from a
 * partition that now belongs to another worker is never published, so a slow worker cannot
 * overwrite what its successor has published since.
 */
final class WorkerLoop {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerLoop.class);

  /** While a batch is computed: how long its end may go unnoticed. */
  private static final Duration BUSY_POLL = Duration.ofMillis(10);

  private static final Duration IDLE_POLL = Duration.ofMillis(200);

  private final Consumer<byte[], byte[]> consumer;
  private final Publisher publisher;
  private final Executor computing;
  private final List<Lane> lanes;
  private final Map<TopicPartition, OffsetAndMetadata> uncommitted = new HashMap<>();
  private Optional<InHand> inHand = Optional.empty();

  /**
   * A loop over topics.
   *
   * @param computing runs the stages, on one thread
   * @param lanes the topics, those first that go first
   */
  WorkerLoop(
      Consumer<byte[], byte[]> consumer,
      Publisher publisher,
      Executor computing,
      List<Lane> lanes) {
    this.consumer = consumer;
    this.publisher = publisher;
    this.computing = computing;
    this.lanes = List.copyOf(lanes);
  }

  /** A batch that is being computed, and the partitions lost since it was begun. */
  private record InHand(Batch batch, Future<List<Verdict>> verdicts, Set<TopicPartition> lost) {}

  /** Joins the group. */
  void subscribe() {
    consumer.subscribe(lanes.stream().map(Lane::topic).toList(), new Partitions());
  }

  /**
   * Polls once, and when the batch in hand is done publishes it and takes up the next.
   *
   * @throws WorkerFailure when the worker cannot go on
   */
  void turn() {
    pause(false);
    poll();
    commit();
    if (inHand.filter(batch -> batch.verdicts().isDone()).isPresent()) {
      publish(inHand.get());
      commit();
      inHand = Optional.empty();
    }
    // Only now: what a task has published so far must show before its next revision is decided on.
    if (inHand.isEmpty()) {
      inHand = next();
    }
  }

  /**
   * Takes nothing new and finishes the batch in hand; what waits stays uncommitted.
   *
   * @throws WorkerFailure when the batch in hand cannot be finished
   */
  void finish() {
    while (inHand.isPresent()) {
      pause(true);
      poll();
      if (inHand.get().verdicts().isDone()) {
        publish(inHand.get());
        inHand = Optional.empty();
      }
    }
    commit();
  }

  private void poll() {
    var records = consumer.poll(inHand.isPresent() ? BUSY_POLL : IDLE_POLL);
    lanes.forEach(lane -> lane.receive(records));
  }

  /** Pauses the lanes whose place is taken, or all. */
  private void pause(boolean all) {
    Set<TopicPartition> paused = new HashSet<>();
    Set<TopicPartition> flowing = new HashSet<>();
    for (TopicPartition partition : consumer.assignment()) {
      boolean taken =
          lanes.stream()
              .anyMatch(lane -> lane.topic().equals(partition.topic()) && !lane.isEmpty());
      (all || taken ? paused : flowing).add(partition);
    }
    consumer.pause(paused);
    consumer.resume(flowing);
  }

  private Optional<InHand> next() {
    return lanes.stream()
        .filter(lane -> !lane.isEmpty())
        .findFirst()
        .map(Lane::take)
        .map(this::begin);
  }

  private InHand begin(Batch batch) {
    return new InHand(
        batch,
        CompletableFuture.supplyAsync(() -> batch.stage().decide(batch.records()), computing),
        new HashSet<>());
  }

  private void publish(InHand done) {
    List<Verdict> owned = new ArrayList<>(verdicts(done));
    owned.removeIf(verdict -> done.lost().contains(Lane.partitionOf(verdict.source())));
    publisher.publish(owned);
    for (Verdict verdict : owned) {
      ConsumerRecord<byte[], byte[]> record = verdict.source();
      uncommitted.put(
          Lane.partitionOf(record),
          new OffsetAndMetadata(record.offset() + 1, record.leaderEpoch(), ""));
    }
  }

  private static List<Verdict> verdicts(InHand done) {
    try {
      return done.verdicts().get();
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof WorkerFailure failure) {
        throw failure;
      }
      throw new WorkerFailure("the examples cannot be represented: " + e.getCause(), e.getCause());
    }
  }

  /** Commits what is published. What cannot be committed now is tried again after the next poll. */
  private void commit() {
    if (uncommitted.isEmpty()) {
      return;
    }
    try {
      consumer.commitSync(uncommitted);
      uncommitted.clear();
    } catch (RebalanceInProgressException | CommitFailedException | TimeoutException e) {
      LOG.atInfo().addKeyValue("reason", e.getMessage()).log("Commit put off");
    }
  }

  /** Keeps track of the partitions that are this worker's. */
  private final class Partitions implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      LOG.atInfo().addKeyValue("partitions", partitions).log("Partitions assigned");
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      LOG.atInfo().addKeyValue("partitions", partitions).log("Partitions revoked");
      commit();
      letGo(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      LOG.atWarn().addKeyValue("partitions", partitions).log("Partitions lost");
      letGo(partitions);
    }

    private void letGo(Collection<TopicPartition> partitions) {
      uncommitted.keySet().removeAll(partitions);
      lanes.forEach(lane -> lane.forget(partitions));
      inHand.ifPresent(batch -> batch.lost().addAll(partitions));
    }
  }
}
