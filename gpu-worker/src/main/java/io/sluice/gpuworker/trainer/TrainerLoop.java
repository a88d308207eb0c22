package io.sluice.gpuworker.trainer;

import io.sluice.gpuworker.service.ServiceFailure;
import io.sluice.gpuworker.service.ServiceHealth;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
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
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A trainer's one Kafka thread. It takes one job at a time, has it worked off on another thread,
 * and polls on meanwhile with all partitions paused: membership of the group is the lease of the
 * job. A trainer that falls silent loses its partitions, and who gets them reads the job again.
 */
final class TrainerLoop {
  private static final Logger LOG = LoggerFactory.getLogger(TrainerLoop.class);
  private static final Duration POLL = Duration.ofMillis(100);

  /** Between two tries to send a report that Kafka does not take. */
  private static final long TRY_AGAIN_NANOS = Duration.ofSeconds(1).toNanos();

  private final String topic;
  private final Consumer<byte[], byte[]> consumer;
  private final RecordValues<FineTuneJob> values;
  private final Watches watches;
  private final JobReports reports;
  private final TrainerIdentity identity;
  private final Executor working;
  private final Work work;
  private final Pace pace;
  private final TrainerMetrics metrics;
  private final ServiceHealth health;
  private final Deque<ConsumerRecord<byte[], byte[]>> waiting = new ArrayDeque<>();
  private Optional<JobInHand> inHand = Optional.empty();
  private Optional<Long> putOffAt = Optional.empty();

  /** Works a job off. */
  @FunctionalInterface
  interface Work {
    /** Works it off, or stops when the control asks for that. */
    Ending run(FineTuneJob job, RunControl control);
  }

  /** Begins to follow a job from the record that it was read from. */
  @FunctionalInterface
  interface Watches {
    /** Begins. */
    JobWatch open(ConsumerRecord<byte[], byte[]> from, FineTuneJob job);
  }

  /**
   * Times.
   *
   * @param report between two reports of progress
   * @param letGo how long a rebalance waits for work that is being stopped
   * @param nanoTime a clock in nanoseconds, of any origin
   */
  record Pace(Duration report, Duration letGo, LongSupplier nanoTime) {}

  TrainerLoop(
      String topic,
      Consumer<byte[], byte[]> consumer,
      RecordValues<FineTuneJob> values,
      Watches watches,
      JobReports reports,
      TrainerIdentity identity,
      Executor working,
      Work work,
      Pace pace,
      TrainerMetrics metrics,
      ServiceHealth health) {
    this.topic = topic;
    this.consumer = consumer;
    this.values = values;
    this.watches = watches;
    this.reports = reports;
    this.identity = identity;
    this.working = working;
    this.work = work;
    this.pace = pace;
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
    if (inHand.isEmpty() && !waiting.isEmpty()) {
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
          if (!job.isLost() && !job.isUnreported()) {
            job.control
                .progress()
                .ifPresent(
                    progress ->
                        reports.send(
                            identity.left(job.newest(), progress), job.partition, job.offset));
          }
          drop(job);
        });
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
    if (job.isEmpty()) {
      commit(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
      return;
    }
    inHand = Optional.of(new JobInHand(record, job.get(), watches.open(record, job.get())));
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
      report(job);
    }
  }

  private void begin(JobInHand job) {
    if (!job.isOpen()) {
      passOver(job, "it is not open any more");
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

  private void report(JobInHand job) {
    long now = pace.nanoTime().getAsLong();
    Optional<JobProgress> due =
        job.control
            .progress()
            .filter(progress -> job.isReportDue(progress, now, pace.report().toNanos()));
    if (due.isEmpty()) {
      return;
    }
    FineTuneState state = job.isUnreported() ? FineTuneState.STARTED : FineTuneState.PROGRESS;

    if (send(identity.going(job.newest(), state, due.get()), job, job.offset)) {
      ProgressLines.log(job.job, due.get());
      job.reported(due.get(), now);
    }
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

  /** Reports the end together with the step past the job; tried again at the next turn. */
  private void conclude(JobInHand job, FineTuneState state, String detail, String output) {
    JobProgress progress =
        job.control.progress().orElse(new JobProgress(1, "", Optional.empty(), List.of()));
    if (send(identity.ended(job.newest(), state, detail, output, progress), job, job.offset + 1)) {
      LOG.atInfo()
          .addKeyValue("job", job.job.getJobId())
          .addKeyValue("state", state)
          .addKeyValue("detail", detail)
          .log("Job ended");
      metrics.ended(state);
      drop(job);
    }
  }

  private boolean send(FineTuneResult report, JobInHand job, long offset) {
    long now = pace.nanoTime().getAsLong();
    if (putOffAt.filter(at -> now - at < TRY_AGAIN_NANOS).isPresent()) {
      return false;
    }
    boolean sent = reports.send(report, job.partition, offset);
    putOffAt = sent ? Optional.empty() : Optional.of(now);
    return sent;
  }

  private void passOver(JobInHand job, String reason) {
    LOG.atInfo()
        .addKeyValue("job", job.job.getJobId())
        .addKeyValue("reason", reason)
        .log("Job passed over");
    metrics.passedOver();
    commit(job.partition, job.offset + 1);
    drop(job);
  }

  private void drop(JobInHand job) {
    job.close();
    inHand = Optional.empty();
  }

  /** What cannot be committed now is read and passed over again, which does no harm. */
  private void commit(TopicPartition partition, long offset) {
    try {
      consumer.commitSync(Map.of(partition, new OffsetAndMetadata(offset)));
    } catch (RebalanceInProgressException
        | CommitFailedException
        | org.apache.kafka.common.errors.TimeoutException e) {
      LOG.atInfo().addKeyValue("reason", e.getMessage()).log("Commit left out");
    }
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
                  work.get(pace.letGo().toMillis(), TimeUnit.MILLISECONDS);
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
