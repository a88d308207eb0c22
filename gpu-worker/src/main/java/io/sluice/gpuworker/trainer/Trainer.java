package io.sluice.gpuworker.trainer;

import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sluice.gpuworker.job.FileTrouble;
import io.sluice.gpuworker.job.JobRun;
import io.sluice.gpuworker.job.JobSetup;
import io.sluice.gpuworker.job.JobTopics;
import io.sluice.gpuworker.launch.Launcher;
import io.sluice.gpuworker.launch.Launchers;
import io.sluice.gpuworker.service.MetricsServer;
import io.sluice.gpuworker.service.PartitionScan;
import io.sluice.gpuworker.service.ServiceFailure;
import io.sluice.gpuworker.service.ServiceHealth;
import io.sluice.gpuworker.service.ServiceThread;
import io.sluice.gpuworker.service.TopicLookup;
import io.sluice.gpuworker.service.WorkThread;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.connection.SettingWarnings;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.Topics;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A trainer: takes fine-tune jobs one at a time, has them trained, evaluates what came of it and
 * reports it.
 *
 * <p>Trainers of one group share the jobs. A job is finished, failed or cancelled once, whatever
 * dies when: its last report and the step past it are one transaction, and who has lost a job
 * reports nothing of it any more. Where Kafka has taken the report and its answer is lost, the same
 * report is sent again.
 *
 * <p>It has two threads, one for Kafka and one that works, and may be closed from any.
 */
public final class Trainer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);

  /** Well within the time that Kafka gives a rebalance. */
  private static final Duration LET_GO = Duration.ofSeconds(30);

  private final TrainerConfig config;
  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final TrainerMetrics metrics = new TrainerMetrics(meters);
  private final Launchers launchers;
  private final ServiceHealth health;
  private final Optional<MetricsServer> server;
  private final ServiceThread thread = new ServiceThread("trainer", this::run, this::ended);

  /**
   * A trainer that is not yet started; metrics and health are served from now on, if they are to
   * be.
   *
   * @throws ServiceFailure when metrics cannot be served where they are to be, the base model
   *     cannot be used, the output folder cannot be made, or a launcher cannot be set up; says what
   *     to do
   */
  public Trainer(TrainerConfig config) {
    this.config = config;
    LauncherSetup.requireModel(config);
    this.launchers = LauncherSetup.of(config);
    if (Files.exists(config.output()) && !Files.isDirectory(config.output())) {
      throw new ServiceFailure("output.dir " + config.output() + " is a file: give a folder");
    }
    try {
      Files.createDirectories(config.output());
    } catch (IOException e) {
      throw new ServiceFailure(
          "the output folder cannot be made: " + FileTrouble.reason(e, config.output()), e);
    }
    this.health = new ServiceHealth(System::nanoTime, config.maxPollInterval());
    this.server =
        config.metricsAddress().map(at -> MetricsServer.start(at, meters::scrape, health));
  }

  /**
   * Starts the trainer; returns at once.
   *
   * @throws IllegalStateException when it was started or closed before
   */
  public void start() {
    SettingWarnings.log(LOG, config);
    thread.start();
  }

  /** Where its metrics are; empty when they are not served. */
  public Optional<URI> metricsAddress() {
    return server.map(MetricsServer::metricsAddress);
  }

  /** How far the job in hand has come; empty when there is none. */
  public Optional<TrainerStatus> status() {
    return metrics.now().map(TrainerStatus::of);
  }

  /**
   * Waits until the trainer has ended.
   *
   * @throws ServiceFailure when it ended by itself; says why
   */
  public void awaitEnd() {
    thread.awaitEnd();
  }

  /**
   * Stops the job in hand, which is left for the next trainer, leaves the group and ends. Returns
   * when that is done; a failure meanwhile is told by {@link #awaitEnd()}. Closing again has no
   * effect.
   */
  @Override
  public void close() {
    thread.close();
  }

  private void run() {
    AvroSerdes serdes = config.serdes();
    try (WorkThread working = new WorkThread("sluice-trainer-work");
        Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(config.consumer());
        KafkaClientMetrics fetching = new KafkaClientMetrics(consumer);
        JobReports reports =
            new JobReports(
                config.topics().fineTuneResults(),
                serdes.<FineTuneResult>value().serializer(),
                () -> new KafkaProducer<>(config.producer()),
                consumer::groupMetadata)) {
      fetching.bindTo(meters);
      try (TrainerLoop loop = loop(consumer, serdes, reports, working)) {
        loop.subscribe();
        LOG.atInfo()
            .addKeyValue("name", config.name())
            .addKeyValue("group", config.groupId())
            .addKeyValue("launchers", launchers.byName().keySet())
            .log("Trainer started");
        while (!thread.isClosing()) {
          loop.turn();
        }
        loop.finish();
      }
    }
  }

  private void ended() {
    launchers.byName().values().forEach(Launcher::close);
    health.ended();
    server.ifPresent(MetricsServer::close);
    LOG.atInfo().log("Trainer ended");
  }

  private TrainerLoop loop(
      Consumer<byte[], byte[]> consumer,
      AvroSerdes serdes,
      JobReports reports,
      WorkThread working) {
    Topics topics = config.topics();
    TopicLookup.partitions(topics.fineTuneJobs(), consumer::partitionsFor);
    JobTopics ofJobs =
        new KafkaJobTopics(
            scan(topics.fineTuneResults(), consumer),
            scan(topics.fineTuneDatasets(), consumer),
            new RecordValues<>(FineTuneResult.class, serdes),
            new RecordValues<>(DatasetRecord.class, serdes));
    RecordValues<FineTuneJob> jobs = new RecordValues<>(FineTuneJob.class, serdes);
    return new TrainerLoop(
        topics.fineTuneJobs(),
        consumer,
        jobs,
        (from, job) -> new JobWatch(outsideTheGroup().get(), from, job, jobs),
        new JobReporter(
            reports,
            new TrainerIdentity(config.name(), config.lease(), Clock.systemUTC()),
            config.reportEvery(),
            System::nanoTime),
        working,
        new JobRun(
                ofJobs,
                new JobSetup(
                    launchers,
                    LauncherSetup.evaluator(config),
                    config.model(),
                    config.output(),
                    config.timeLimit(),
                    config.attempts()))
            ::run,
        LET_GO,
        metrics,
        health);
  }

  private PartitionScan scan(String topic, Consumer<byte[], byte[]> consumer) {
    return new PartitionScan(
        topic, TopicLookup.partitions(topic, consumer::partitionsFor), outsideTheGroup());
  }

  private Supplier<Consumer<byte[], byte[]>> outsideTheGroup() {
    return () -> new KafkaConsumer<>(config.consumerOutsideTheGroup());
  }
}
