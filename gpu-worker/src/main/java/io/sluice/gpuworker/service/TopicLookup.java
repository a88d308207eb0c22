package io.sluice.gpuworker.service;

import io.sluice.schemas.connection.ConnectionConfig;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.TimeoutException;

/** Checks that the topics exist which a service needs, before it starts its work. */
public final class TopicLookup {
  private TopicLookup() {}

  /**
   * The number of a topic's partitions.
   *
   * @param consumer looks the topic up
   * @param config of the consumer, for the failure's message
   * @throws ServiceFailure when the topic does not exist, or no broker responds
   */
  public static int partitions(String topic, Consumer<?, ?> consumer, ConnectionConfig config) {
    List<PartitionInfo> partitions;
    try {
      partitions = consumer.partitionsFor(topic);
    } catch (TimeoutException e) {
      throw new ServiceFailure(config.explain(e).getMessage(), e);
    }
    if (partitions == null || partitions.isEmpty()) {
      throw new ServiceFailure(
          "topic "
              + topic
              + " cannot be found: check bootstrap.servers and topic.prefix, and create the topic"
              + " where it is missing");
    }
    return partitions.size();
  }
}
