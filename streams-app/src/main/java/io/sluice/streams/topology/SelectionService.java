package io.sluice.streams.topology;

import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.sluice.schemas.connection.AdminResults;
import io.sluice.schemas.connection.SettingWarnings;
import io.sluice.streams.config.GroupProtocol;
import io.sluice.streams.config.StreamsAppConfig;
import io.sluice.streams.exactlyonce.MainConsumers;
import io.sluice.streams.exactlyonce.StartOffsets;
import io.sluice.streams.nominate.ShardRows;
import io.sluice.streams.nominate.TopicPartitionReader;
import io.sluice.streams.select.OpenPartitions;
import io.sluice.streams.select.SelectionQueries;
import io.sluice.streams.select.ServedSubsets;
import io.sluice.streams.select.SubsetQueries;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams-app as a service that can be started and stopped. While it runs, the published subset
 * of every target task is exactly the one that the batch method would select from all candidates
 * seen so far. Thread-safe.
 */
public final class SelectionService implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SelectionService.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);

  private final KafkaStreams streams;
  private final SelectionQueries queries;
  private final SubsetQueries subsets;
  private final Recovery recovery = new Recovery(System::nanoTime);
  private final CountDownLatch closing = new CountDownLatch(1);
  private final AtomicLong replacedThreads = new AtomicLong();
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();

  /**
   * Creates the service without starting it. Connects to Kafka to look up the partition counts of
   * the topics.
   *
   * @throws IllegalStateException when a topic does not exist or Kafka cannot be reached
   */
  public SelectionService(StreamsAppConfig config) {
    SettingWarnings.log(log, config);
    String representations = config.topics().representations();
    String targetTasks = config.topics().targetTasks();
    Cluster cluster =
        Cluster.of(
            config,
            List.of(
                representations,
                targetTasks,
                config.topics().jobRequests(),
                config.topics().fineTuneResults()));
    OpenPartitions open = new OpenPartitions();
    ServedSubsets served = ServedSubsets.withinMemory();
    int taskPartitions = cluster.partitions(targetTasks);
    Properties properties = new Properties();
    properties.putAll(config.kafkaStreams());
    Path state =
        StateDirectory.of(
            Path.of(properties.getProperty(StreamsConfig.STATE_DIR_CONFIG)), cluster.id());
    properties.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
    if (config.groupProtocol() == GroupProtocol.CLASSIC) {
      properties.putIfAbsent(
          StreamsConfig.mainConsumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG),
          InstanceName.of(state, properties.getProperty(StreamsConfig.APPLICATION_ID_CONFIG)));
    }
    boolean classic = config.groupProtocol() == GroupProtocol.CLASSIC;
    MainConsumers consumers = new MainConsumers();
    Topology topology =
        SelectionTopology.build(
            config,
            cluster.partitions(representations),
            taskPartitions,
            open,
            served,
            TopicPartitionReader.opener(representations, config.kafkaStreams()),
            classic ? consumers : StartOffsets.UNCHECKED);
    // With the group protocol "streams", Kafka Streams creates its consumers without the supplier.
    streams = new KafkaStreams(topology, properties, consumers);
    queries = new SelectionQueries(streams, open, taskPartitions, config.applicationServer());
    subsets = new SubsetQueries(queries, served);
    streams.setUncaughtExceptionHandler(this::onUncaught);
    streams.setStateListener((now, before) -> onState(now));
  }

  /** Starts the stream threads and returns without waiting for them. */
  public void start() {
    streams.start();
  }

  /** Whether all threads run and no state is being restored. */
  public boolean isRunning() {
    return streams.state() == KafkaStreams.State.RUNNING;
  }

  /** Whether the service has neither failed nor been closed. */
  public boolean isAlive() {
    return !stopped.isDone() && !streams.state().hasCompletedShutdown();
  }

  /** The state of Kafka Streams: CREATED, REBALANCING, RUNNING, ... */
  public String state() {
    return streams.state().name();
  }

  /** The number of threads that were replaced after a transient failure. */
  public long replacedThreads() {
    return replacedThreads.get();
  }

  /** Queries of the current state of tasks. */
  public SelectionQueries queries() {
    return queries;
  }

  /** Queries of the current subsets of tasks. */
  public SubsetQueries subsets() {
    return subsets;
  }

  /** Queries of what the shards of this instance store of candidates. */
  public ShardRows shardRows() {
    return new ShardRows(streams);
  }

  /** Creates the meters of Kafka Streams and its clients, which the caller must bind and close. */
  public KafkaStreamsMetrics kafkaStreamsMetrics() {
    return new KafkaStreamsMetrics(streams);
  }

  /**
   * A future that completes when the service has stopped: exceptionally with the failure that
   * stopped it, or with null after {@link #close}. Callers must not complete it.
   */
  public CompletableFuture<Void> stopped() {
    return stopped;
  }

  /** Commits what was processed and stops all threads; waits for at most 20 s. */
  @Override
  public void close() {
    closing.countDown();
    // Leave the group, so that other instances take over at once.
    if (!streams.close(
        CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP)
            .withTimeout(CLOSE_TIMEOUT))) {
      log.atWarn()
          .addKeyValue("timeout", CLOSE_TIMEOUT)
          .log("The streams-app did not stop in time");
    }
  }

  /**
   * Runs on the thread that failed, which Kafka Streams replaces only after this method returns.
   */
  private StreamThreadExceptionResponse onUncaught(Throwable failure) {
    if (!Recovery.isTransient(failure)) {
      log.atError().setCause(failure).log("The streams-app stops because of a failure");
      stopped.completeExceptionally(failure);
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
    Duration wait = recovery.nextBackoff();
    log.atWarn()
        .addKeyValue("reason", rootCause(failure))
        .addKeyValue("wait", wait)
        .log(
            "Stream thread failed because Kafka or the schema registry is unavailable: a new one tries again");
    replacedThreads.incrementAndGet();
    pause(wait);
    return StreamThreadExceptionResponse.REPLACE_THREAD;
  }

  private void pause(Duration wait) {
    try {
      closing.await(wait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String rootCause(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.toString();
  }

  private void onState(KafkaStreams.State state) {
    log.atInfo().addKeyValue("state", state).log("State of the streams-app");
    if (state == KafkaStreams.State.NOT_RUNNING) {
      stopped.complete(null);
    } else if (state == KafkaStreams.State.ERROR) {
      stopped.completeExceptionally(new IllegalStateException("the streams-app failed"));
    }
  }

  /**
   * What the service has to know of its cluster before it starts.
   *
   * @param id the id that the brokers give their cluster
   * @param topics descriptions of topics, by name
   */
  private record Cluster(String id, Map<String, TopicDescription> topics) {
    static Cluster of(StreamsAppConfig config, List<String> topics) {
      try (Admin admin = Admin.create(config.admin(Map.of(), Map.of()))) {
        return new Cluster(
            admin.describeCluster().clusterId().get(),
            AdminResults.await(admin.describeTopics(topics).topicNameValues()));
      } catch (ExecutionException e) {
        if (e.getCause() instanceof UnknownTopicOrPartitionException) {
          throw new IllegalStateException(
              "one of the topics " + topics + " does not exist: create them with 'sluice topics'",
              e);
        }
        KafkaException failure = new KafkaException(e.getMessage(), e.getCause());
        throw new IllegalStateException(
            "the topics cannot be looked up: " + config.explain(failure).getMessage(), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while reading the topics' descriptions", e);
      }
    }

    int partitions(String topic) {
      return topics.get(topic).partitions().size();
    }
  }
}
