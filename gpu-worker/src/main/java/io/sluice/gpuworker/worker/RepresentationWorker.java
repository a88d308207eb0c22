package io.sluice.gpuworker.worker;

import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sluice.gpuworker.device.NvidiaSmi;
import io.sluice.gpuworker.representation.Representer;
import io.sluice.gpuworker.service.DeviceMetrics;
import io.sluice.gpuworker.service.MetricsServer;
import io.sluice.gpuworker.service.PartitionScan;
import io.sluice.gpuworker.service.ServiceFailure;
import io.sluice.gpuworker.service.ServiceHealth;
import io.sluice.gpuworker.service.ServiceThread;
import io.sluice.gpuworker.service.TopicLookup;
import io.sluice.gpuworker.service.WorkThread;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.connection.OpenClient;
import io.sluice.schemas.connection.SettingWarnings;
import io.sluice.schemas.deadletter.DeadLetters;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.Topics;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.config.ConfigException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker: reads candidates and target tasks from Kafka and publishes their representations.
 *
 * <p>Delivery is at least once: no record is skipped, and after a crash or a rebalance a record may
 * be represented again, with an equal result. A record that cannot be used becomes a dead letter
 * with its reason and does not hold up the others. Target tasks take precedence over candidates.
 *
 * <p>A worker has two threads, one for Kafka and one that computes. Its methods may be called from
 * any thread.
 */
public final class RepresentationWorker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RepresentationWorker.class);

  /** The part of Sluice that dead letters name. */
  private static final String STAGE = "represent";

  /** Ids, the fingerprint and Kafka's framing, generously. */
  private static final int QUERY_FRAME_BYTES = 8192;

  private final WorkerConfig config;
  private final Representer representer;
  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final WorkerMetrics metrics = new WorkerMetrics(meters, System::nanoTime);
  private final DeviceMetrics devices =
      new DeviceMetrics(meters, "sluice.worker", NvidiaSmi.DEFAULT);
  private final ServiceHealth health;
  private final Optional<MetricsServer> server;
  private final ServiceThread thread = new ServiceThread("worker", this::run, this::ended);

  /**
   * A worker that has not been started. Metrics and health are served from now on, if {@code
   * metrics.port} is set.
   *
   * @param config the worker's settings
   * @param representer computes the vectors; the worker uses it on one thread and does not close it
   * @throws ServiceFailure when metrics cannot be served at the configured address
   * @throws ConfigException when the vectors of one query would not fit into one record
   */
  public RepresentationWorker(WorkerConfig config, Representer representer) {
    requireThatQueriesFit(config, representer);
    this.config = config;
    this.representer = representer;
    this.health = new ServiceHealth(System::nanoTime, config.maxPollInterval());
    metrics.observe(representer.faults());
    this.server =
        config.metricsAddress().map(at -> MetricsServer.start(at, meters::scrape, health));
  }

  /** Queries are stored in full precision and so have the largest vectors. */
  private static void requireThatQueriesFit(WorkerConfig config, Representer representer) {
    long bytes =
        (long) Float.BYTES * representer.checkpoints() * (representer.dimension() + 1L)
            + QUERY_FRAME_BYTES;
    int limit = config.recordLimit().bytes();
    if (bytes > limit) {
      throw new ConfigException(
          "the vectors of one query take %d bytes (%d checkpoints of %d values), more than record.max.bytes (%d): use a lower dimension, or give topics and services a higher record.max.bytes"
              .formatted(bytes, representer.checkpoints(), representer.dimension(), limit));
    }
  }

  /**
   * Starts the worker; returns at once.
   *
   * @throws IllegalStateException when it was started or closed before
   */
  public void start() {
    SettingWarnings.log(LOG, config);
    devices.start();
    thread.start();
  }

  /** The worker's counts since its start. */
  public WorkerProgress progress() {
    return metrics.progress();
  }

  /** The address of the metrics; empty when they are not served. */
  public Optional<URI> metricsAddress() {
    return server.map(MetricsServer::metricsAddress);
  }

  /**
   * Waits until the worker has ended.
   *
   * @throws ServiceFailure when it ended because of a failure
   */
  public void awaitEnd() {
    thread.awaitEnd();
  }

  /**
   * Finishes, publishes and commits the current batch, if that takes no longer than {@link
   * ServiceThread#GRACE}, leaves the group and ends the threads; returns when that is done. {@link
   * #awaitEnd()} reports a failure that happened meanwhile. Closing again has no effect.
   */
  @Override
  public void close() {
    thread.close();
  }

  private void run() {
    try (WorkThread computing = new WorkThread("sluice-worker-compute");
        OpenClient<Producer<byte[], byte[]>> producer =
            OpenClient.of(new KafkaProducer<>(config.producer()));
        OpenClient<Consumer<byte[], byte[]>> consumer =
            OpenClient.of(new KafkaConsumer<>(config.consumer()));
        KafkaClientMetrics sending = new KafkaClientMetrics(producer.client());
        KafkaClientMetrics fetching = new KafkaClientMetrics(consumer.client())) {
      sending.bindTo(meters);
      fetching.bindTo(meters);
      ProgressLog progressLog = new ProgressLog(System::nanoTime);
      WorkerLoop loop = loop(consumer.client(), producer.client(), computing);
      loop.subscribe();
      LOG.atInfo()
          .addKeyValue("representation", config.representationId())
          .addKeyValue("fingerprint", representer.fingerprint())
          .addKeyValue("device", representer.device())
          .addKeyValue("group", config.groupId())
          .log("Worker started");
      while (!thread.isClosing()) {
        loop.turn();
        progressLog.logIfDue(metrics::progress);
      }
      loop.finish();
    }
  }

  private void ended() {
    health.ended();
    devices.close();
    server.ifPresent(MetricsServer::close);
    LOG.atInfo().log("Worker ended");
  }

  private WorkerLoop loop(
      Consumer<byte[], byte[]> consumer, Producer<byte[], byte[]> producer, WorkThread computing) {
    Topics topics = config.topics();
    TopicLookup.partitions(topics.targetTasks(), consumer, config);
    TopicLookup.partitions(topics.candidates(), consumer, config);
    TopicLookup.partitions(topics.deadLetters(), consumer, config);
    AvroSerdes serdes = config.patientSerdes();
    OutputRecords outputs =
        new OutputRecords(topics, topic -> TopicLookup.partitions(topic, consumer, config), serdes);
    Stage tasks =
        new TaskStage(
            new RecordReader<>(TargetTask.class, serdes),
            representer,
            outputs,
            publishedQueries(consumer, serdes),
            revisionsPutAgain(consumer, serdes),
            config.representationId(),
            metrics);
    Stage candidates =
        new CandidateStage(
            new RecordReader<>(Candidate.class, serdes),
            representer,
            outputs,
            config.representationId(),
            config.encoding(),
            metrics);
    return new WorkerLoop(
        consumer,
        new Publisher(producer, new DeadLetters(topics.deadLetters(), STAGE), metrics),
        computing,
        List.of(
            new TopicQueue(topics.targetTasks(), tasks, config.batchRecords()),
            new TopicQueue(topics.candidates(), candidates, config.batchRecords())),
        metrics,
        health);
  }

  private PublishedQueries publishedQueries(Consumer<byte[], byte[]> consumer, AvroSerdes serdes) {
    return new QueryTopicScan(
        scan(config.topics().queryRepresentations(), consumer),
        serdes.key(QueryRepresentationKey.class).deserializer());
  }

  private RevisionsPutAgain revisionsPutAgain(
      Consumer<byte[], byte[]> consumer, AvroSerdes serdes) {
    return new TaskTopicScan(
        scan(config.topics().targetTasks(), consumer),
        new RecordReader<>(TargetTask.class, serdes));
  }

  private PartitionScan scan(String topic, Consumer<byte[], byte[]> consumer) {
    return new PartitionScan(
        topic,
        TopicLookup.partitions(topic, consumer, config),
        () -> new KafkaConsumer<>(config.consumerOutsideTheGroup()));
  }
}
