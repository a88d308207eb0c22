package io.sluice.gpuworker.service;

import io.sluice.schemas.connection.OpenClient;
import io.sluice.schemas.topic.KeyPartitions;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads one partition of a topic from its start to the end that it has when the scan begins.
 *
 * @param topic the topic
 * @param partitions its partition count
 * @param consumers creates a consumer that is in no group; each scan closes its own
 */
public record PartitionScan(
    String topic, int partitions, Supplier<Consumer<byte[], byte[]>> consumers) {
  private static final Duration POLL = Duration.ofMillis(500);

  /**
   * Visits the records of the partition that holds the records of an id. Blocks; opens and closes a
   * consumer.
   *
   * @param id the value by which the topic is partitioned
   * @param visitor receives each record and returns whether to continue
   * @throws org.apache.kafka.common.KafkaException when Kafka does not respond
   */
  public void visit(String id, Predicate<ConsumerRecord<byte[], byte[]>> visitor) {
    TopicPartition partition =
        new TopicPartition(topic, KeyPartitions.partitionFor(id, partitions));
    try (OpenClient<Consumer<byte[], byte[]>> open = OpenClient.of(consumers.get())) {
      Consumer<byte[], byte[]> consumer = open.client();
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      while (consumer.position(partition) < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          if (!visitor.test(record)) {
            return;
          }
        }
      }
    }
  }
}
