package io.sluice.gpuworker.worker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/**
 * The fetched records of one topic that wait for the topic's stage, which takes them in batches.
 * While the queue is full the topic is paused, so the queue never holds more records than its limit
 * and those of one poll. Used by the worker's Kafka thread alone.
 */
final class TopicQueue {
  /** The limit of the queue, in batches: they are fetched while another batch is computed. */
  private static final int BATCHES_AHEAD = 2;

  private final String topic;
  private final Stage stage;
  private final int batchRecords;
  private final Deque<ConsumerRecord<byte[], byte[]>> waiting = new ArrayDeque<>();

  /**
   * An empty queue.
   *
   * @param batchRecords the largest number of records in a batch
   */
  TopicQueue(String topic, Stage stage, int batchRecords) {
    this.topic = topic;
    this.stage = stage;
    this.batchRecords = batchRecords;
  }

  String topic() {
    return topic;
  }

  Stage stage() {
    return stage;
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  boolean isFull() {
    return waiting.size() >= BATCHES_AHEAD * batchRecords;
  }

  /** The number of records that wait. */
  int size() {
    return waiting.size();
  }

  void receive(ConsumerRecords<byte[], byte[]> records) {
    records.records(topic).forEach(waiting::add);
  }

  /** Takes the next batch out: the records that wait, in order, as far as they fit. */
  Batch take() {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    while (records.size() < batchRecords && !waiting.isEmpty()) {
      records.add(waiting.remove());
    }
    return new Batch(stage, List.copyOf(records), (double) records.size() / batchRecords);
  }

  /** Drops the waiting records of partitions that no longer belong to this worker. */
  void forget(Collection<TopicPartition> partitions) {
    waiting.removeIf(record -> partitions.contains(partitionOf(record)));
  }

  static TopicPartition partitionOf(ConsumerRecord<?, ?> record) {
    return new TopicPartition(record.topic(), record.partition());
  }

  /**
   * Records to be decided on together.
   *
   * @param stage decides on them
   * @param records of one topic, those of each partition in its order
   * @param fill their number as a share of the largest batch, from 0 to 1
   */
  record Batch(Stage stage, List<ConsumerRecord<byte[], byte[]>> records, double fill) {}
}
