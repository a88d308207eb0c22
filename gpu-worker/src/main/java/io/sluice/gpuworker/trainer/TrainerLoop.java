package io.sluice.gpuworker.trainer;

import io.sluice.gpuworker.job.Ending;
import io.sluice.gpuworker.job.JobControl;
import io.sluice.gpuworker.launch.Stop;
import io.sluice.gpuworker.service.ServiceFailure;
import io.sluice.gpuworker.service.ServiceHealth;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.JobState;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A trainer's one Kafka thread. It takes one job at a time, has it worked off on another thread,
 * and polls on meanwhile with all partitions paused: membership of the group is the lease of the
 * job. A trainer that falls silent loses its partitions, and who gets them reads the job again.
 */
public final class TrainerLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TrainerLoop.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final String NOT_OPEN = "it is not open any more";

  private final String topic;
  private final Consumer<byte[], byte[]> consumer;
  private final RecordValues<FineTuneJob> values;
  private final Watches watches;
  private final JobReporter reporter;
  private final Executor working;
  private final Work work;
  private final Duration letGo;
  private final TrainerMetrics metrics;
  private final ServiceHealth health;
  private final Deque<ConsumerRecord<byte[], byte[]>> waiting = new ArrayDeque<>();
  private Optional<JobInHand> inHand = Optional.empty();

  /** Works a job off. */
  @FunctionalInterface
  interface Work {
    /** Works it off, or stops when the control asks for that. */
    Ending run(FineTuneJob job, JobControl control);
  }

  /** Begins to follow a job from the record that it was read from. */
  @FunctionalInterface
  interface Watches {
    /** Begins. */
    JobWatch open(ConsumerRecord<byte[], byte[]> from, FineTuneJob job);
  }

  /**
   * A trainer that has not joined its group yet.
   *
   * @param letGo how long a rebalance waits for work that is being stopped
   */
  TrainerLoop(
      String topic,
      Consumer<byte[], byte[]> consumer,
      RecordValues<FineTuneJob> values,
      Watches watches,
      JobReporter reporter,
      Executor working,
      Work work,
      Duration letGo,
      TrainerMetrics metrics,
      ServiceHealth health) {
    this.topic = topic;
    this.consumer = consumer;
    this.values = values;
    this.watches = watches;
    this.reporter = reporter;
    this.working = working;
    this.work = work;
    this.letGo = letGo;
    this.metrics = metrics;
    this.health = health;
  }

  /** Joins the group. */
  void subscribe() {
    consumer.subscribe(List.of(topic), new Partitions());
  }

  /**
   * Polls once and does what is to be done; never waits for the work.
   *
   * @throws ServiceFailure when the trainer cannot go on
   */
  void turn() {
    poll();
    inHand.ifPresent(this::attend);
    while (inHand.isEmpty() && !waiting.isEmpty()) {
      take(waiting.remove());
    }
    metrics.turn(inHand.flatMap(job -> job.control.progress()));
    health.turned();
  }

  /** Stops the work; the job is left for the next trainer, with what can be used of it. */
  void finish() {
    inHand.ifPresent(job -> job.control.stop(Stop.HANDED_ON));
    while (inHand.flatMap(JobInHand::work).filter(work -> !work.isDone()).isPresent()) {
      poll();
      health.turned();
    }
    inHand.ifPresent(
        job -> {
          if (job.work().isPresent()) {
            attend(job);
          }
        });
    inHand.ifPresent(
        job -> {
          if (!job.isLost()) {
            reporter.left(job);
          }
          drop(job);
        });
  }

  /** Lets go of the job in hand, should a turn have failed. */
  @Override
  public void close() {
    inHand.ifPresent(this::drop);
  }

  private void poll() {
    Set<TopicPartition> assigned = consumer.assignment();
    if (inHand.isPresent() || !waiting.isEmpty()) {
      consumer.pause(assigned);
    } else {
      consumer.resume(assigned);
    }
    consumer.poll(POLL).forEach(waiting::add);
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    Optional<FineTuneJob> job =
        record.value() == null ? Optional.empty() : values.read(topic, record.value());
    if (job.filter(found -> found.getState() == JobState.OPEN).isPresent()) {
      inHand = Optional.of(new JobInHand(record, job.get(), watches.open(record, job.get())));
      return;
    }
    job.ifPresent(found -> tellPassedOver(found, NOT_OPEN));
    commit(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
  }

  private void attend(JobInHand job) {
    job.look();
    if (job.work().isEmpty()) {
      if (job.isLost()) {
        drop(job);
      } else if (job.isKnown()) {
        begin(job);
      }
    } else if (job.work().get().isDone()) {
      end(job, ending(job.work().get()));
    } else if (!job.isLost()) {
      reporter.progress(job);
    }
  }

  private void begin(JobInHand job) {
    if (!job.isOpen()) {
      passOver(job, NOT_OPEN);
      return;
    }
    LOG.atInfo()
        .addKeyValue("job", job.job.getJobId())
        .addKeyValue("task", job.job.getTaskId())
        .addKeyValue("budget", job.job.getBudget())
        .log("Job taken");
    FineTuneJob newest = job.newest();
    job.begun(CompletableFuture.supplyAsync(() -> work.run(newest, job.control), working));
  }

  private void end(JobInHand job, Ending ending) {
    if (job.isLost()) {
      drop(job);
    } else if (ending instanceof Ending.Finished finished) {
      conclude(job, FineTuneState.FINISHED, finished.detail(), finished.output());
    } else if (ending instanceof Ending.Failed failed) {
      conclude(job, FineTuneState.FAILED, failed.reason(), "");
    } else if (ending instanceof Ending.PassedOver passed) {
      passOver(job, passed.reason());
    } else if (job.isCancelled()) {
      conclude(job, FineTuneState.CANCELLED, job.newest().getDetail(), "");
    } else if (!job.isOpen()) {
      passOver(job, "it has ended meanwhile");
    }
  }

  /** When Kafka does not take the report, it is tried again at the next turn. */
  private void conclude(JobInHand job, FineTuneState state, String detail, String output) {
    if (reporter.end(job, state, detail, output)) {
      metrics.ended(state);
      drop(job);
    }
  }

  private void passOver(JobInHand job, String reason) {
    tellPassedOver(job.job, reason);
    commit(job.partition, job.offset + 1);
    drop(job);
  }

  private void tellPassedOver(FineTuneJob job, String reason) {
    LOG.atInfo()
        .addKeyValue("job", job.getJobId())
        .addKeyValue("reason", reason)
        .log("Job passed over");
    metrics.passedOver();
  }

  private void drop(JobInHand job) {
    job.close();
    inHand = Optional.empty();
  }

  /** What cannot be committed now is read and passed over again, which does no harm. */
  private void commit(TopicPartition partition, long offset) {
    consumer.commitAsync(
        Map.of(partition, new OffsetAndMetadata(offset)),
        (offsets, failure) -> {
          if (failure != null) {
            LOG.atInfo().addKeyValue("reason", failure.getMessage()).log("Commit left out");
          }
        });
  }

  private static Ending ending(CompletableFuture<Ending> work) {
    try {
      return work.get();
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof ServiceFailure failure
          ? failure
          : new ServiceFailure("the work on a job failed: " + e.getCause(), e.getCause());
    }
  }

  /** Keeps track of the partitions that are this trainer's. */
  private final class Partitions implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      LOG.atInfo().addKeyValue("partitions", partitions).log("Partitions assigned");
      health.joined();
    }

    /** Who gets the partition next shall find the work ended. */
    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      letGo(partitions)
          .ifPresent(
              work -> {
                try {
                  work.get(letGo.toMillis(), TimeUnit.MILLISECONDS);
                } catch (TimeoutException | ExecutionException e) {
                  LOG.atWarn().log("A job's partition moves on before the work on it has ended");
                } catch (InterruptedException e) {
                  throw new InterruptException(e);
                }
              });
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      letGo(partitions);
    }

    private Optional<CompletableFuture<Ending>> letGo(Collection<TopicPartition> partitions) {
      LOG.atInfo().addKeyValue("partitions", partitions).log("Partitions let go");
      waiting.removeIf(
          record -> partitions.contains(new TopicPartition(record.topic(), record.partition())));
      Optional<JobInHand> losing =
          inHand.filter(job -> partitions.contains(job.partition) && !job.isLost());
      losing.ifPresent(JobInHand::lose);
      return losing.flatMap(JobInHand::work);
    }
  }
}
