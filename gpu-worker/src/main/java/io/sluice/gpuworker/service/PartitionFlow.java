package io.sluice.gpuworker.service;

import java.util.Collection;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Pauses and resumes partitions that a consumer may lose at any time: with {@code
 * group.protocol=consumer}, its own thread takes them away between two calls, when the group has
 * excluded it. To be used by the thread that polls.
 */
public final class PartitionFlow {
  private PartitionFlow() {}

  /** Pauses partitions; those that are not assigned any more are left alone. */
  public static void pause(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    for (TopicPartition each : partitions) {
      try {
        consumer.pause(Set.of(each));
      } catch (IllegalStateException e) {
        requireLost(consumer, each, e);
      }
    }
  }

  /** Resumes partitions; those that are not assigned any more are left alone. */
  public static void resume(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    for (TopicPartition each : partitions) {
      try {
        consumer.resume(Set.of(each));
      } catch (IllegalStateException e) {
        requireLost(consumer, each, e);
      }
    }
  }

  private static void requireLost(
      Consumer<?, ?> consumer, TopicPartition partition, IllegalStateException failure) {
    if (consumer.assignment().contains(partition)) {
      throw failure;
    }
  }
}
