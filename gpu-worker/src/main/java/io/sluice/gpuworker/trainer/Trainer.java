package io.sluice.gpuworker.trainer;

import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sluice.gpuworker.device.NvidiaSmi;
import io.sluice.gpuworker.job.FileFailures;
import io.sluice.gpuworker.job.JobRun;
import io.sluice.gpuworker.job.JobSetup;
import io.sluice.gpuworker.job.JobTopics;
import io.sluice.gpuworker.launch.Launchers;
import io.sluice.gpuworker.service.DeviceMetrics;
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
import io.sluice.schemas.connection.OpenClient;
import io.sluice.schemas.connection.SettingWarnings;
import io.sluice.schemas.deadletter.DeadLetters;
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
 * A trainer: takes fine-tune jobs one at a time, has the models of their arms trained, evaluates
 * the models and reports the results.
 *
 * <p>The trainers of one group share the jobs. A job ends once (finished, failed or cancelled),
 * whichever process crashes at whichever moment: its last report and the commit of the offset
 * behind it are one transaction, and a trainer that has lost a job can no longer report on it. When
 * the acknowledgement of a report is lost, the same report is sent again.
 *
 * <p>A trainer has two threads, one for Kafka and one that works on the jobs. Its methods may be
 * called from any thread.
 */
public final class Trainer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);

  /** The part of Sluice that dead letters name. */
  private static final String STAGE = "train";

  /** Well below the time that Kafka allows for a rebalance. */
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);

  private final TrainerConfig config;
  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final TrainerMetrics metrics = new TrainerMetrics(meters);
  private final DeviceMetrics devices =
      new DeviceMetrics(meters, "sluice.trainer", NvidiaSmi.DEFAULT);
  private final Launchers launchers;
  private final ServiceHealth health;
  private final Optional<MetricsServer> server;
  private final ServiceThread thread = new ServiceThread("trainer", this::run, this::ended);

  /**
   * A trainer that has not been started. Metrics and health are served from now on, if {@code
   * metrics.port} is set.
   *
   * @throws ServiceFailure when metrics cannot be served at the configured address, the base model
   *     or the device cannot be used, the output folder cannot be created, or a launcher cannot be
   *     set up; the message says what to do
   */
  public Trainer(TrainerConfig config) {
    this.config = config;
    TrainerSetup.requireModel(config);
    TrainerSetup.requireDevice(config);
    this.launchers = TrainerSetup.launchers(config);
    if (Files.exists(config.output()) && !Files.isDirectory(config.output())) {
      throw new ServiceFailure("output.dir " + config.output() + " is a file: give a folder");
    }
    try {
      Files.createDirectories(config.output());
    } catch (IOException e) {
      throw new ServiceFailure(
          "the output folder cannot be created: " + FileFailures.reason(e, config.output()), e);
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
    devices.start();
    thread.start();
  }

  /** The address of the metrics; empty when they are not served. */
  public Optional<URI> metricsAddress() {
    return server.map(MetricsServer::metricsAddress);
  }

  /** The progress of the current job; empty when there is none. */
  public Optional<TrainerStatus> status() {
    return metrics.progress().map(TrainerStatus::of);
  }

  /**
   * Waits until the trainer has ended.
   *
   * @throws ServiceFailure when it ended because of a failure
   */
  public void awaitEnd() {
    thread.awaitEnd();
  }

  /**
   * Stops the work on the current job, which is left to the next trainer, leaves the group and ends
   * the threads; returns when that is done. {@link #awaitEnd()} reports a failure that happened
   * meanwhile. Closing again has no effect.
   */
  @Override
  public void close() {
    thread.close();
  }

  private void run() {
    AvroSerdes serdes = config.patientSerdes();
    try (WorkThread working = new WorkThread("sluice-trainer-work");
        OpenClient<Consumer<byte[], byte[]>> consuming =
            OpenClient.of(new KafkaConsumer<>(config.consumer()));
        KafkaClientMetrics fetching = new KafkaClientMetrics(consuming.client());
        JobReports reports =
            new JobReports(
                config.topics().fineTuneResults(),
                serdes.<FineTuneResult>value().serializer(),
                new DeadLetters(config.topics().deadLetters(), STAGE),
                config.recordLimit(),
                () -> new KafkaProducer<>(config.producer()),
                () -> consuming.client().groupMetadata())) {
      fetching.bindTo(meters);
      try (TrainerLoop loop = loop(consuming.client(), serdes, reports, working)) {
        loop.subscribe();
        LOG.atInfo()
            .addKeyValue("name", config.name())
            .addKeyValue("group", config.groupId())
            .addKeyValue("launchers", launchers.names())
            .log("Trainer started");
        while (!thread.isClosing()) {
          loop.turn();
        }
        loop.finish();
      }
    }
  }

  private void ended() {
    launchers.close();
    health.ended();
    devices.close();
    server.ifPresent(MetricsServer::close);
    LOG.atInfo().log("Trainer ended");
  }

  private TrainerLoop loop(
      Consumer<byte[], byte[]> consumer,
      AvroSerdes serdes,
      JobReports reports,
      WorkThread working) {
    Topics topics = config.topics();
    TopicLookup.partitions(topics.fineTuneJobs(), consumer, config);
    TopicLookup.partitions(topics.deadLetters(), consumer, config);
    JobTopics jobTopics =
        new KafkaJobTopics(
            scan(topics.fineTuneResults(), consumer),
            scan(topics.fineTuneDatasets(), consumer),
            new RecordValues<>(FineTuneResult.class, serdes),
            new RecordValues<>(DatasetRecord.class, serdes));
    JobRun run =
        new JobRun(
            jobTopics,
            new JobSetup(
                launchers,
                TrainerSetup.evaluator(config),
                config.model(),
                config.output(),
                config.timeLimit(),
                config.attempts()));
    RecordValues<FineTuneJob> jobs = new RecordValues<>(FineTuneJob.class, serdes);
    NewestRecords newest = new NewestRecords(jobs);
    JobReporter reporter =
        new JobReporter(
            reports,
            new ReportRecords(
                config.name(),
                config.lease(),
                Clock.systemUTC(),
                new ReportBound(config.recordLimit())),
            config.reportEvery(),
            System::nanoTime);
    return new TrainerLoop(
        new JobQueue(
            topics.fineTuneJobs(),
            consumer,
            jobs,
            newest,
            (record, job) -> new JobWatch(outsideTheGroup().get(), record, job, jobs, newest),
            reporter::reportUnusable,
            metrics),
        new JobWorker(working, run::run, STOP_TIMEOUT),
        reporter,
        metrics,
        health);
  }

  private PartitionScan scan(String topic, Consumer<byte[], byte[]> consumer) {
    return new PartitionScan(
        topic, TopicLookup.partitions(topic, consumer, config), outsideTheGroup());
  }

  private Supplier<Consumer<byte[], byte[]>> outsideTheGroup() {
    return () -> new KafkaConsumer<>(config.consumerOutsideTheGroup());
  }
}
