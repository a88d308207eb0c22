package io.sluice.gpuworker.worker;

import io.sluice.gpuworker.service.PartitionFlow;
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
 * The loop of a worker's Kafka thread, which calls all of its methods. It keeps polling while a
 * batch is being computed, so that the worker stays in its group and the next batches are fetched.
 * Another thread computes one batch at a time, and continues with the next batch while this thread
 * publishes the previous one.
 *
 * <p>Delivery is at least once: the offsets of a batch are committed after its whole output is
 * acknowledged. Batches are published on the thread on which rebalances take partitions away, and
 * the group waits longer for this thread than a record may be on its way to the brokers. Therefore
 * a worker that computes or sends slowly cannot overwrite newer output of its successor.
 *
 * <p>A worker can do that if it stands still, or no broker hears it, for longer than the session of
 * its group, between the moment when it begins to publish a batch and the moment when the brokers
 * have received it: output that the producer still holds is sent when the worker runs again, until
 * {@code delivery.timeout.ms} has passed. It matters only for candidates and tasks that were sent
 * again or retracted meanwhile.
 */
final class WorkerLoop {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerLoop.class);

  /** The timeout of a poll while a batch is being computed. */
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
  private Optional<Computation> current = Optional.empty();

  /**
   * A loop that has not joined its group yet.
   *
   * @param computing runs the stages, on one thread
   * @param queues one per topic; the records of an earlier one are always taken first
   * @param health learns that the loop turns and that it has joined its group
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

  /** A batch that is being computed, and the partitions that were lost since it began. */
  private record Computation(
      Batch batch, CompletableFuture<List<Verdict>> verdicts, Set<TopicPartition> lost) {}

  void subscribe() {
    consumer.subscribe(queues.stream().map(TopicQueue::topic).toList(), new Partitions());
  }

  /**
   * Polls once. When the current batch is done, starts the next one and publishes the one that is
   * done.
   *
   * @throws ServiceFailure when the worker cannot continue
   */
  void turn() {
    pause(false);
    poll();
    commit();
    if (current.filter(batch -> batch.verdicts().isDone()).isPresent()) {
      Computation done = current.get();
      current = nextQueue().filter(queue -> !mustWaitFor(done, queue.stage())).map(this::begin);
      publish(done);
      commit();
    }
    if (current.isEmpty()) {
      current = nextQueue().map(this::begin);
    }
    lag.measure(queues, current.map(Computation::batch));
    health.turned();
  }

  /**
   * Finishes the current batch without starting another; records that wait stay uncommitted.
   *
   * @throws ServiceFailure when the current batch cannot be finished
   */
  void finish() {
    while (current.isPresent()) {
      pause(true);
      poll();
      health.turned();
      if (current.get().verdicts().isDone()) {
        publish(current.get());
        current = Optional.empty();
      }
    }
    commit();
  }

  /** Waits for records; when a queue is full, waits for the end of the current batch instead. */
  private void poll() {
    Duration timeout = current.isPresent() ? BUSY_POLL : IDLE_POLL;
    boolean full = current.isPresent() && queues.stream().anyMatch(TopicQueue::isFull);
    var records = consumer.poll(full ? Duration.ZERO : timeout);
    queues.forEach(queue -> queue.receive(records));
    if (full) {
      awaitEnd(current.get(), timeout);
    }
  }

  private static void awaitEnd(Computation batch, Duration timeout) {
    try {
      batch
          .verdicts()
          .handle((verdicts, failure) -> batch)
          .completeOnTimeout(batch, timeout.toMillis(), TimeUnit.MILLISECONDS)
          .get();
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("handle() has replaced every failure", e);
    }
  }

  /** Pauses the topics whose queues are full, or all topics, and resumes the others. */
  private void pause(boolean all) {
    Set<TopicPartition> paused = new HashSet<>();
    Set<TopicPartition> flowing = new HashSet<>();
    for (TopicPartition partition : consumer.assignment()) {
      boolean full =
          queues.stream()
              .anyMatch(queue -> queue.topic().equals(partition.topic()) && queue.isFull());
      (all || full ? paused : flowing).add(partition);
    }
    PartitionFlow.pause(consumer, paused);
    PartitionFlow.resume(consumer, flowing);
  }

  /** The first queue in which records wait. */
  private Optional<TopicQueue> nextQueue() {
    return queues.stream().filter(queue -> !queue.isEmpty()).findFirst();
  }

  /** Whether a stage can only decide once the output of the batch that is done is published. */
  private static boolean mustWaitFor(Computation done, Stage stage) {
    return stage.readsWhatItPublished() && stage == done.batch().stage();
  }

  private Computation begin(TopicQueue queue) {
    Batch batch = queue.take();
    metrics.recordBatch(batch.fill());
    return new Computation(
        batch,
        CompletableFuture.supplyAsync(() -> batch.stage().decide(batch.records()), computing),
        new HashSet<>());
  }

  private void publish(Computation done) {
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

  private static List<Verdict> verdicts(Computation done) {
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

  /** Commits the offsets of what is published; a failure is retried after the next poll. */
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

  /** Reacts to rebalances. Kafka calls it on the thread that polls. */
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
      forget(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      LOG.atWarn().addKeyValue("partitions", partitions).log("Partitions lost");
      forget(partitions);
    }

    private void forget(Collection<TopicPartition> partitions) {
      uncommitted.keySet().removeAll(partitions);
      queues.forEach(queue -> queue.forget(partitions));
      current.ifPresent(batch -> batch.lost().addAll(partitions));
    }
  }
}
