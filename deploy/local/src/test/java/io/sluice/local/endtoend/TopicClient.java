package io.sluice.local.endtoend;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;

/** Writes to topics, and reads committed records from them as downstream consumers do. */
public final class TopicClient implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final Map<String, Object> connection;
  private final KafkaProducer<byte[], byte[]> producer;

  /** Creates a client, which the caller closes. */
  public TopicClient(String bootstrapServers) {
    this(Map.of("bootstrap.servers", bootstrapServers));
  }

  /** Creates a client, which the caller closes, with all settings that it needs to connect. */
  public TopicClient(Map<String, Object> connection) {
    this.connection = Map.copyOf(connection);
    this.producer =
        new KafkaProducer<>(this.connection, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Sends a record, without waiting for its acknowledgement. */
  public <K, V> void write(
      String topic, Serde<K> keys, Serde<V> values, K key, V value, Optional<Integer> partition) {
    producer.send(
        new ProducerRecord<>(
            topic,
            partition.orElse(null),
            keys.serializer().serialize(topic, key),
            values.serializer().serialize(topic, value)));
  }

  /** Waits until all records are acknowledged. */
  public void flush() {
    producer.flush();
  }

  /**
   * Reads all records up to the current end of a topic. It waits until every transaction up to that
   * end is completed.
   */
  public <K, V> List<Map.Entry<K, Optional<V>>> readAll(
      String topic, Serde<K> keys, Serde<V> values) {
    List<Map.Entry<K, Optional<V>>> decoded = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : readAll(topic)) {
      decoded.add(
          Map.entry(
              keys.deserializer().deserialize(topic, record.key()),
              Optional.ofNullable(values.deserializer().deserialize(topic, record.value()))));
    }
    return decoded;
  }

  /** Reads the same records without decoding them, in the order of each partition. */
  public List<ConsumerRecord<byte[], byte[]>> readAll(String topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (Consumer<byte[], byte[]> uncommitted = consumer(topic, "read_uncommitted");
        Consumer<byte[], byte[]> committed = consumer(topic, "read_committed")) {
      Map<TopicPartition, Long> ends = uncommitted.endOffsets(committed.assignment());
      Instant deadline = Instant.now().plus(PATIENCE);
      while (ends.entrySet().stream()
          .anyMatch(end -> committed.position(end.getKey()) < end.getValue())) {
        if (Instant.now().isAfter(deadline)) {
          throw new AssertionError(
              "the end of " + topic + " was not reached within " + PATIENCE + ": " + ends);
        }
        committed.poll(Duration.ofMillis(200)).forEach(records::add);
      }
    }
    return records;
  }

  /** Waits for a value that meets a condition; fails after 60 seconds. */
  <V> V await(String topic, Serde<V> values, Predicate<V> condition) {
    Instant deadline = Instant.now().plus(PATIENCE);
    Optional<V> last = Optional.empty();
    try (Consumer<byte[], byte[]> consumer = consumer(topic, "read_committed")) {
      while (Instant.now().isBefore(deadline)) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          last = Optional.ofNullable(values.deserializer().deserialize(topic, record.value()));
          if (last.filter(condition).isPresent()) {
            return last.get();
          }
        }
      }
    }
    throw new AssertionError(
        "no such value on " + topic + " within " + PATIENCE + "; the last value was " + last);
  }

  @Override
  public void close() {
    producer.close();
  }

  private Consumer<byte[], byte[]> consumer(String topic, String isolation) {
    Map<String, Object> settings = new HashMap<>(connection);
    settings.put("isolation.level", isolation);
    settings.put("auto.offset.reset", "earliest");
    KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    return consumer;
  }
}
