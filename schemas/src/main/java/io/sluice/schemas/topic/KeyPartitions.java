package io.sluice.schemas.topic;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;

/**
 * Partitions of records that are partitioned by one part of their key only: representations by
 * candidate id, selected instructions by task id.
 *
 * <p>The partition is the one that Kafka's default partitioner chooses for a record whose whole key
 * is that id as a UTF-8 string. Thus a representation is in the partition of the same number as its
 * candidate, and a selected instruction in that of its task.
 */
public final class KeyPartitions {
  private KeyPartitions() {}

  /**
   * Returns the partition for a candidate id or a task id.
   *
   * @param id the part of the key by which the topic is partitioned
   * @param partitions the topic's partition count, at least 1
   * @return a partition number from 0 to partitions - 1
   */
  public static int partitionFor(String id, int partitions) {
    return BuiltInPartitioner.partitionForKey(id.getBytes(StandardCharsets.UTF_8), partitions);
  }
}
