package io.sluice.streams.client;

import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.serde.RegistryOutage;
import io.sluice.schemas.topic.KeyPartitions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * A compacted topic as of now: the last committed value of every key that was not deleted.
 *
 * <p>Now is the end of each partition when reading begins; a transaction that is open then is
 * waited for. Records that cannot be decoded are passed over.
 */
final class TopicSnapshot {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final long NO_PROGRESS_NANOS = Duration.ofSeconds(30).toNanos();

  private TopicSnapshot() {}

  /**
   * Reads a whole topic.
   *
   * @return the values by key, in the order in which the keys first came
   * @throws KafkaException when the topic does not exist or stops answering
   */
  static <K, V> Map<K, V> ofTopic(KafkaAccess kafka, String topic, Serde<K> key, Serde<V> value) {
    try (Consumer<byte[], byte[]> consumer = consumer(kafka)) {
      return read(kafka, consumer, partitions(consumer, topic), key, value);
    }
  }

  /**
   * Reads the one partition of a topic in which everything about an id lies.
   *
   * @param id what the topic is partitioned by, see {@link KeyPartitions}
   * @return the values by key, also of other ids in the same partition
   * @throws KafkaException when the topic does not exist or stops answering
   */
  static <K, V> Map<K, V> ofPartition(
      KafkaAccess kafka, String topic, String id, Serde<K> key, Serde<V> value) {
    try (Consumer<byte[], byte[]> consumer = consumer(kafka)) {
      int count = partitions(consumer, topic).size();
      return read(
          kafka,
          consumer,
          List.of(new TopicPartition(topic, KeyPartitions.partitionFor(id, count))),
          key,
          value);
    }
  }

  /**
   * Where the record lies that removed a text key last; empty when none did, or Kafka has forgotten
   * it since.
   *
   * @return an offset, from 0
   * @throws KafkaException when the topic does not exist or stops answering
   */
  static Optional<Long> removedAt(KafkaAccess kafka, String topic, String key) {
    try (Consumer<byte[], byte[]> consumer = consumer(kafka)) {
      int count = partitions(consumer, topic).size();
      TopicPartition partition = new TopicPartition(topic, KeyPartitions.partitionFor(key, count));
      byte[] wanted = key.getBytes(StandardCharsets.UTF_8);
      Map<String, Long> removed = new HashMap<>();
      forEach(
          kafka,
          consumer,
          List.of(partition),
          record -> {
            if (record.value() == null && Arrays.equals(record.key(), wanted)) {
              removed.put(key, record.offset());
            }
          });
      return Optional.ofNullable(removed.get(key));
    }
  }

  /**
   * Reads every record of a text key in the one partition of a topic in which it lies.
   *
   * @param id what the topic is partitioned by, see {@link KeyPartitions}
   * @return the values in the order in which they were written
   * @throws KafkaException when the topic does not exist or stops answering
   */
  static <V> List<V> recordsOf(
      KafkaAccess kafka, String topic, String id, String key, Serde<V> value) {
    byte[] wanted = key.getBytes(StandardCharsets.UTF_8);
    try (Consumer<byte[], byte[]> consumer = consumer(kafka)) {
      int count = partitions(consumer, topic).size();
      List<V> values = new ArrayList<>();
      forEach(
          kafka,
          consumer,
          List.of(new TopicPartition(topic, KeyPartitions.partitionFor(id, count))),
          record -> {
            if (Arrays.equals(record.key(), wanted)) {
              values.add(value.deserializer().deserialize(record.topic(), record.value()));
            }
          });
      return values;
    }
  }

  private static Consumer<byte[], byte[]> consumer(KafkaAccess kafka) {
    return kafka.consumer(Serdes.ByteArray(), Serdes.ByteArray());
  }

  private static List<TopicPartition> partitions(Consumer<?, ?> consumer, String topic) {
    List<PartitionInfo> found =
        Optional.ofNullable(consumer.partitionsFor(topic)).orElse(List.of());
    if (found.isEmpty()) {
      throw new KafkaException(
          "topic " + topic + " does not exist: is the topic prefix right, are the topics set up?");
    }
    return found.stream().map(p -> new TopicPartition(p.topic(), p.partition())).toList();
  }

  private static <K, V> Map<K, V> read(
      KafkaAccess kafka,
      Consumer<byte[], byte[]> consumer,
      Collection<TopicPartition> partitions,
      Serde<K> key,
      Serde<V> value) {
    Map<K, V> values = new LinkedHashMap<>();
    forEach(
        kafka,
        consumer,
        partitions,
        record -> take(record, key.deserializer(), value.deserializer(), values));
    return values;
  }

  private static void forEach(
      KafkaAccess kafka,
      Consumer<byte[], byte[]> consumer,
      Collection<TopicPartition> partitions,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> visitor) {
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    // Not the consumer's own end, which lies before transactions that are still being ended: what
    // one of them published elsewhere may be readable already.
    Map<TopicPartition, Long> ends = kafka.ends(partitions);
    long lastProgress = System.nanoTime();
    while (!reached(consumer, ends)) {
      boolean progress = false;
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        progress = true;
        visitor.accept(record);
      }
      if (progress) {
        lastProgress = System.nanoTime();
      } else if (System.nanoTime() - lastProgress > NO_PROGRESS_NANOS) {
        throw new KafkaException(
            "nothing arrives from "
                + partitions
                + ": Kafka is not healthy, or a transaction on it does not end");
      }
    }
  }

  /** What cannot be decoded counts for nobody: who works on the topic makes it a dead letter. */
  private static <K, V> void take(
      ConsumerRecord<byte[], byte[]> record,
      Deserializer<K> keys,
      Deserializer<V> values,
      Map<K, V> into) {
    try {
      K key = keys.deserialize(record.topic(), record.key());
      V value = values.deserialize(record.topic(), record.value());
      if (value == null) {
        into.remove(key);
      } else {
        into.put(key, value);
      }
    } catch (RuntimeException e) {
      if (RegistryOutage.isCauseOf(e)) {
        throw e;
      }
    }
  }

  private static boolean reached(Consumer<?, ?> consumer, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
  }
}
