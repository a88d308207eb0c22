package io.sluice.gpuworker.service;

import java.util.List;
import java.util.function.Function;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.TimeoutException;

/** Checks that the topics exist which a service needs, before it starts its work. */
public final class TopicLookup {
  private TopicLookup() {}

  /**
   * The number of a topic's partitions.
   *
   * @param lookUp a Kafka client's {@code partitionsFor}
   * @throws ServiceFailure when the topic does not exist, or no broker responds
   */
  public static int partitions(String topic, Function<String, List<PartitionInfo>> lookUp) {
    List<PartitionInfo> partitions;
    try {
      partitions = lookUp.apply(topic);
    } catch (TimeoutException e) {
      partitions = List.of();
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
