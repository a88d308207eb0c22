package io.sluice.gpuworker.worker;

import io.sluice.gpuworker.service.ServiceFailure;
import io.sluice.gpuworker.service.ServiceHealth;
import io.sluice.gpuworker.worker.TopicQueue.Batch;
import io.sluice.gpuworker.worker.WorkerMetrics.Step;
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
import java.util.concurrent.TimeUnit;
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
 * worker stays in its group and the next batches are at hand; another thread computes, one batch at
 * a time, and goes on with the next while this one publishes.
 *
 * <p>At least once: the offsets of a batch are committed after all that it gave is acknowledged. A
 * batch is published on this thread, where partitions are also taken away: what comes from a
 * partition that now belongs to another worker is never published, so a slow worker cannot
 * overwrite what its successor has published since.
 */
final class WorkerLoop {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerLoop.class);

  /** Between two polls while a batch is computed. */
  private static final Duration BUSY_POLL = Duration.ofMillis(10);

  private static final Duration IDLE_POLL = Duration.ofMillis(200);

  private final Consumer<byte[], byte[]> consumer;
  private final Publisher publisher;
  private final Executor computing;
  private final List<TopicQueue> queues;
  private final WorkerMetrics metrics;
  private final ServiceHealth health;
  private final Lag lag;
  private final Map<TopicPartition, OffsetAndMetadata> uncommitted = new HashMap<>();
  private Optional<InHand> inHand = Optional.empty();

  /**
   * A loop over topics.
   *
   * @param computing runs the stages, on one thread
   * @param queues the topics, those first that go first
   * @param metrics measures the work
   * @param health is told how the loop is
   */
  WorkerLoop(
      Consumer<byte[], byte[]> consumer,
      Publisher publisher,
      Executor computing,
      List<TopicQueue> queues,
      WorkerMetrics metrics,
      ServiceHealth health) {
    this.consumer = consumer;
    this.publisher = publisher;
    this.computing = computing;
    this.queues = List.copyOf(queues);
    this.metrics = metrics;
    this.health = health;
    this.lag = new Lag(consumer, metrics, System::nanoTime);
  }

  /** A batch that is being computed, and the partitions lost since it was begun. */
  private record InHand(
      Batch batch, CompletableFuture<List<Verdict>> verdicts, Set<TopicPartition> lost) {}

  /** Joins the group. */
  void subscribe() {
    consumer.subscribe(queues.stream().map(TopicQueue::topic).toList(), new Partitions());
  }

  /**
   * Polls once, and when the batch in hand is done takes up the next and publishes what is done.
   *
   * @throws ServiceFailure when the worker cannot go on
   */
  void turn() {
    pause(false);
    poll();
    commit();
    if (inHand.filter(batch -> batch.verdicts().isDone()).isPresent()) {
      InHand done = inHand.get();
      inHand = next().filter(queue -> !mustSee(queue.stage(), done)).map(this::begin);
      publish(done);
      commit();
    }
    if (inHand.isEmpty()) {
      inHand = next().map(this::begin);
    }
    lag.turn(queues, inHand.map(InHand::batch));
    health.turned();
  }

  /**
   * Takes nothing new and finishes the batch in hand; what waits stays uncommitted.
   *
   * @throws ServiceFailure when the batch in hand cannot be finished
   */
  void finish() {
    while (inHand.isPresent()) {
      pause(true);
      poll();
      health.turned();
      if (inHand.get().verdicts().isDone()) {
        publish(inHand.get());
        inHand = Optional.empty();
      }
    }
    commit();
  }

  /** Waits for records, or for the batch in hand where enough records wait for it. */
  private void poll() {
    Duration timeout = inHand.isPresent() ? BUSY_POLL : IDLE_POLL;
    boolean enough = inHand.isPresent() && queues.stream().anyMatch(TopicQueue::isFull);
    var records = consumer.poll(enough ? Duration.ZERO : timeout);
    queues.forEach(queue -> queue.receive(records));
    if (enough) {
      awaitEnd(inHand.get(), timeout);
    }
  }

  private static void awaitEnd(InHand batch, Duration timeout) {
    try {
      batch
          .verdicts()
          .handle((verdicts, failure) -> batch)
          .completeOnTimeout(batch, timeout.toMillis(), TimeUnit.MILLISECONDS)
          .get();
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("an end of any kind is no failure here", e);
    }
  }

  /** Pauses the queues that are full, or all. */
  private void pause(boolean all) {
    Set<TopicPartition> paused = new HashSet<>();
    Set<TopicPartition> flowing = new HashSet<>();
    for (TopicPartition partition : consumer.assignment()) {
      boolean full =
          queues.stream()
              .anyMatch(queue -> queue.topic().equals(partition.topic()) && queue.isFull());
      (all || full ? paused : flowing).add(partition);
    }
    consumer.pause(paused);
    consumer.resume(flowing);
  }

  /** The first queue that something waits in. */
  private Optional<TopicQueue> next() {
    return queues.stream().filter(queue -> !queue.isEmpty()).findFirst();
  }

  private static boolean mustSee(Stage stage, InHand done) {
    return stage.readsWhatItPublished() && stage == done.batch().stage();
  }

  private InHand begin(TopicQueue queue) {
    Batch batch = queue.take();
    metrics.batch(batch.fill());
    return new InHand(
        batch,
        CompletableFuture.supplyAsync(() -> batch.stage().decide(batch.records()), computing),
        new HashSet<>());
  }

  private void publish(InHand done) {
    List<Verdict> owned = new ArrayList<>(verdicts(done));
    owned.removeIf(verdict -> done.lost().contains(TopicQueue.partitionOf(verdict.source())));
    metrics.time(Step.PUBLISH, () -> publisher.publish(owned));
    for (Verdict verdict : owned) {
      ConsumerRecord<byte[], byte[]> record = verdict.source();
      uncommitted.put(
          TopicQueue.partitionOf(record),
          new OffsetAndMetadata(record.offset() + 1, record.leaderEpoch(), ""));
    }
  }

  private static List<Verdict> verdicts(InHand done) {
    try {
      return done.verdicts().get();
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ServiceFailure failure) {
        throw failure;
      }
      throw new ServiceFailure("the examples cannot be represented: " + e.getCause(), e.getCause());
    }
  }

  /** Commits what is published. What cannot be committed now is tried again after the next poll. */
  private void commit() {
    if (uncommitted.isEmpty()) {
      return;
    }
    try {
      metrics.time(Step.COMMIT, () -> consumer.commitSync(uncommitted));
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
      health.joined();
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
      queues.forEach(queue -> queue.forget(partitions));
      inHand.ifPresent(batch -> batch.lost().addAll(partitions));
    }
  }
}
