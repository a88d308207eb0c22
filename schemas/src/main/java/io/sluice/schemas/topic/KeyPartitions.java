package io.sluice.schemas.topic;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;

/**
 * The partition of a record whose key holds more than what it is partitioned by.
 *
 * <p>It is the partition that Kafka's default partitioner gives to the plain UTF-8 string key, so a
 * representation lies in the partition of its candidate and a selected instruction in that of its
 * task.
 */
public final class KeyPartitions {
  private KeyPartitions() {}

  /**
   * The partition for a candidate id or a task id.
   *
   * @param id what the record is partitioned by
   * @param partitions the topic's partition count, at least 1
   * @return 0 to partitions - 1
   */
  public static int partitionFor(String id, int partitions) {
    return BuiltInPartitioner.partitionForKey(id.getBytes(StandardCharsets.UTF_8), partitions);
  }
}
