package io.sluice.gpuworker.worker;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/**
 * One topic's way into the worker: a place where one poll's records wait for the stage. While the
 * place is taken the topic is paused, so no more than that is ever held.
 */
final class Lane {
  private final String topic;
  private final Stage stage;
  private final List<ConsumerRecord<byte[], byte[]>> waiting = new ArrayList<>();

  Lane(String topic, Stage stage) {
    this.topic = topic;
    this.stage = stage;
  }

  String topic() {
    return topic;
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  void receive(ConsumerRecords<byte[], byte[]> records) {
    records.records(topic).forEach(waiting::add);
  }

  /** Gives what waits, and the place is free again. */
  Batch take() {
    Batch batch = new Batch(stage, List.copyOf(waiting));
    waiting.clear();
    return batch;
  }

  /** Forgets what waits from partitions that are no longer this worker's. */
  void forget(Collection<TopicPartition> partitions) {
    waiting.removeIf(record -> partitions.contains(partitionOf(record)));
  }

  static TopicPartition partitionOf(ConsumerRecord<?, ?> record) {
    return new TopicPartition(record.topic(), record.partition());
  }

  /**
   * Records to be decided on together.
   *
   * @param stage what decides
   * @param records records of one topic, those of a partition in its order
   */
  record Batch(Stage stage, List<ConsumerRecord<byte[], byte[]>> records) {}
}
