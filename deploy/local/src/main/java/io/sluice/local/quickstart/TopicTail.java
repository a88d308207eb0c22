package io.sluice.local.quickstart;

import io.sluice.schemas.connection.KafkaAccess;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serde;

/**
 * Follows all partitions of a topic: each call hands over what was committed since the last one.
 */
final class TopicTail<K, V> implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(20);

  private final Consumer<K, V> consumer;
  private final List<TopicPartition> partitions;

  private TopicTail(Consumer<K, V> consumer, List<TopicPartition> partitions) {
    this.consumer = consumer;
    this.partitions = partitions;
    consumer.assign(partitions);
  }

  /** Follows a topic from its first record. */
  static <K, V> TopicTail<K, V> fromBeginning(
      KafkaAccess kafka, String topic, Serde<K> key, Serde<V> value) {
    TopicTail<K, V> tail = of(kafka, topic, key, value);
    tail.consumer.seekToBeginning(tail.partitions);
    return tail;
  }

  /** Follows a topic from its current end. */
  static <K, V> TopicTail<K, V> fromNow(
      KafkaAccess kafka, String topic, Serde<K> key, Serde<V> value) {
    TopicTail<K, V> tail = of(kafka, topic, key, value);
    tail.consumer.seekToEnd(tail.partitions);
    // Seeking is lazy: asking for the positions now fixes them before anything else is published.
    tail.partitions.forEach(tail.consumer::position);
    return tail;
  }

  private static <K, V> TopicTail<K, V> of(
      KafkaAccess kafka, String topic, Serde<K> key, Serde<V> value) {
    Consumer<K, V> consumer = kafka.consumer(key, value);
    return new TopicTail<>(
        consumer,
        consumer.partitionsFor(topic).stream()
            .map(partition -> new TopicPartition(topic, partition.partition()))
            .toList());
  }

  /** Hands over new records, in the order of each partition. Returns when no more are available. */
  void advance(java.util.function.Consumer<ConsumerRecord<K, V>> each) {
    ConsumerRecords<K, V> records = consumer.poll(POLL);
    while (!records.isEmpty()) {
      records.forEach(each);
      records = consumer.poll(POLL);
    }
  }

  /** Whether all records up to the current end of the topic were handed over. */
  boolean isAtEnd() {
    return consumer.endOffsets(partitions).entrySet().stream()
        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
  }

  @Override
  public void close() {
    consumer.close();
  }
}
