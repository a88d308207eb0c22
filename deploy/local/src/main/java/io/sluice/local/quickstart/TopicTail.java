package io.sluice.local.quickstart;

import io.sluice.streams.client.KafkaAccess;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serde;

/** Follows a topic: hands over, a call at a time, what was committed to it since the last call. */
final class TopicTail<K, V> implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(20);

  private final Consumer<K, V> consumer;
  private final List<TopicPartition> partitions;

  private TopicTail(Consumer<K, V> consumer, List<TopicPartition> partitions) {
    this.consumer = consumer;
    this.partitions = partitions;
    consumer.assign(partitions);
  }

  /** Follows a topic from its first record on. */
  static <K, V> TopicTail<K, V> fromBeginning(
      KafkaAccess kafka, String topic, Serde<K> key, Serde<V> value) {
    TopicTail<K, V> tail = of(kafka, topic, key, value);
    tail.consumer.seekToBeginning(tail.partitions);
    return tail;
  }

  /** Follows a topic from what comes after this call. */
  static <K, V> TopicTail<K, V> fromNow(
      KafkaAccess kafka, String topic, Serde<K> key, Serde<V> value) {
    TopicTail<K, V> tail = of(kafka, topic, key, value);
    tail.consumer.seekToEnd(tail.partitions);
    // A position is sought when it is first asked for: that must be now.
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

  /** Hands over what has come, in the order of each partition; does not wait for more. */
  void advance(java.util.function.Consumer<ConsumerRecord<K, V>> each) {
    ConsumerRecords<K, V> records = consumer.poll(POLL);
    while (!records.isEmpty()) {
      records.forEach(each);
      records = consumer.poll(POLL);
    }
  }

  /** Whether everything that is in the topic now has been handed over. */
  boolean isAtEnd() {
    return consumer.endOffsets(partitions).entrySet().stream()
        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
  }

  @Override
  public void close() {
    consumer.close();
  }
}
