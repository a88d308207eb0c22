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
 * One topic's way into the worker: a place where records wait for the stage. Batches are made of
 * what waits, however few records a poll may bring. While the place is full the topic is paused, so
 * no more is ever held than that and one poll.
 */
final class TopicQueue {
  /** While one batch is computed this many more are fetched. */
  private static final int BATCHES_AHEAD = 2;

  private final String topic;
  private final Stage stage;
  private final int batchRecords;
  private final Deque<ConsumerRecord<byte[], byte[]>> waiting = new ArrayDeque<>();

  /**
   * A queue with nothing in it.
   *
   * @param batchRecords records of a batch, at most
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

  /** Records that wait. */
  int size() {
    return waiting.size();
  }

  void receive(ConsumerRecords<byte[], byte[]> records) {
    records.records(topic).forEach(waiting::add);
  }

  /** Takes the next batch out, in the order of arrival: all that waits, as far as it fits. */
  Batch take() {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    while (records.size() < batchRecords && !waiting.isEmpty()) {
      records.add(waiting.remove());
    }
    return new Batch(stage, List.copyOf(records), (double) records.size() / batchRecords);
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
   * @param fill their number as a share of the batch's limit
   */
  record Batch(Stage stage, List<ConsumerRecord<byte[], byte[]>> records, double fill) {}
}
