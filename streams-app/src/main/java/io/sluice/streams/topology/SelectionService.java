package io.sluice.streams.topology;

import io.sluice.schemas.serde.RegistryOutage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
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
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();

  /**
   * Prepares the service; Kafka is asked for the partition counts of the topics.
   *
   * @throws IllegalStateException when the topics do not exist or Kafka does not answer
   */
  public SelectionService(StreamsAppConfig config) {
    String representations = config.topics().representations();
    String targetTasks = config.topics().targetTasks();
    Map<String, TopicDescription> described =
        describe(config, List.of(representations, targetTasks));
    Properties properties = new Properties();
    properties.putAll(config.kafkaStreams());
    streams =
        new KafkaStreams(
            SelectionTopology.build(
                config,
                described.get(representations).partitions().size(),
                described.get(targetTasks).partitions().size()),
            properties);
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
    // Leaving the group lets the other instances, or the next start, take over at once.
    if (!streams.close(
        CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP)
            .withTimeout(CLOSE_TIMEOUT))) {
      log.atWarn()
          .addKeyValue("timeout", CLOSE_TIMEOUT)
          .log("the streams-app did not stop in time");
    }
  }

  private StreamThreadExceptionResponse onUncaught(Throwable failure) {
    if (RegistryOutage.isCauseOf(failure)) {
      log.atError()
          .addKeyValue("reason", failure.getMessage())
          .log("the schema registry does not answer: trying again");
      return StreamThreadExceptionResponse.REPLACE_THREAD;
    }
    log.atError().setCause(failure).log("the streams-app stops");
    stopped.completeExceptionally(failure);
    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  private void onState(KafkaStreams.State state) {
    log.atInfo().addKeyValue("state", state).log("streams-app");
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
            "the topics do not exist yet: create " + topics + " first (sluice topics)", e);
      }
      throw new IllegalStateException("Kafka does not answer: " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while asking Kafka for its topics", e);
    }
  }
}
