package io.sluice.streams.topology;

import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.sluice.streams.select.OpenPartitions;
import io.sluice.streams.select.SelectionQueries;
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
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running streams-app: keeps the selected subset of every target task exactly what the batch
 * method would select from all candidates seen so far.
 */
public final class SelectionService implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SelectionService.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);

  private final KafkaStreams streams;
  private final SelectionQueries queries;
  private final Recovery recovery = new Recovery(System::nanoTime);
  private final CountDownLatch closing = new CountDownLatch(1);
  private final AtomicLong replacedThreads = new AtomicLong();
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();

  /**
   * Prepares the service; Kafka is asked for the partition counts of the topics.
   *
   * @throws IllegalStateException when the topics do not exist or Kafka does not answer
   */
  public SelectionService(StreamsAppConfig config) {
    if (!config.unknownKeys().isEmpty()) {
      log.atWarn()
          .addKeyValue("keys", config.unknownKeys())
          .log("Settings that neither Sluice nor Kafka knows: is one misspelt?");
    }
    String representations = config.topics().representations();
    String targetTasks = config.topics().targetTasks();
    Map<String, TopicDescription> described =
        describe(
            config,
            List.of(
                representations,
                targetTasks,
                config.topics().jobRequests(),
                config.topics().fineTuneResults()));
    OpenPartitions open = new OpenPartitions();
    int taskPartitions = described.get(targetTasks).partitions().size();
    Properties properties = new Properties();
    properties.putAll(config.kafkaStreams());
    properties.putIfAbsent(
        StreamsConfig.mainConsumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG),
        InstanceName.of(
            Path.of(properties.getProperty(StreamsConfig.STATE_DIR_CONFIG)),
            properties.getProperty(StreamsConfig.APPLICATION_ID_CONFIG)));
    streams =
        new KafkaStreams(
            SelectionTopology.build(
                config, described.get(representations).partitions().size(), taskPartitions, open),
            properties);
    queries = new SelectionQueries(streams, open, taskPartitions, config.applicationServer());
    streams.setUncaughtExceptionHandler(this::onUncaught);
    streams.setStateListener((now, before) -> onState(now));
  }

  /** Starts; returns at once. */
  public void start() {
    streams.start();
  }

  /** Whether all threads run and no state is being restored. */
  public boolean isRunning() {
    return streams.state() == KafkaStreams.State.RUNNING;
  }

  /** Whether it has not failed and was not closed. */
  public boolean isAlive() {
    return !stopped.isDone() && !streams.state().hasCompletedShutdown();
  }

  /** What it is doing, in a word of Kafka Streams: CREATED, REBALANCING, RUNNING, ... */
  public String state() {
    return streams.state().name();
  }

  /** Threads that failed by what passes by itself, and were replaced. */
  public long replacedThreads() {
    return replacedThreads.get();
  }

  /** What the tasks' selections hold now. */
  public SelectionQueries queries() {
    return queries;
  }

  /** The meters of Kafka Streams and its clients; the caller binds and closes them. */
  public KafkaStreamsMetrics kafkaStreamsMetrics() {
    return new KafkaStreamsMetrics(streams);
  }

  /**
   * Completes when the service has stopped, exceptionally when a failure stopped it.
   *
   * @return a future that is never completed by the caller
   */
  public CompletableFuture<Void> stopped() {
    return stopped;
  }

  /** Stops cleanly: what was processed is committed, all threads end. */
  @Override
  public void close() {
    closing.countDown();
    // Leaving the group lets the other instances, or the next start, take over at once.
    if (!streams.close(
        CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP)
            .withTimeout(CLOSE_TIMEOUT))) {
      log.atWarn()
          .addKeyValue("timeout", CLOSE_TIMEOUT)
          .log("The streams-app did not stop in time");
    }
  }

  /** Called on the thread that failed, which another replaces when this returns. */
  private StreamThreadExceptionResponse onUncaught(Throwable failure) {
    if (!Recovery.heals(failure)) {
      log.atError().setCause(failure).log("The streams-app stops because of a failure");
      stopped.completeExceptionally(failure);
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
    Duration wait = recovery.nextWait();
    log.atWarn()
        .addKeyValue("reason", rootOf(failure))
        .addKeyValue("wait", wait)
        .log("Kafka or the schema registry does not answer: a new thread tries again");
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

  private static String rootOf(Throwable failure) {
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

  private static Map<String, TopicDescription> describe(
      StreamsAppConfig config, List<String> topics) {
    try (Admin admin = Admin.create(config.adminClient())) {
      return admin.describeTopics(topics).allTopicNames().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        throw new IllegalStateException(
            "not all topics exist: create " + topics + " first (sluice topics)", e);
      }
      throw new IllegalStateException("Kafka does not answer: " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while asking Kafka for its topics", e);
    }
  }
}
