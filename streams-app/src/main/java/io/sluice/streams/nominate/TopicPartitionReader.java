package io.sluice.streams.nominate;

import io.sluice.schemas.connection.OpenClient;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.BytesDeserializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;

/**
 * Reads a partition with a consumer that belongs to no group. The consumer is created on first use,
 * because a shard that has no task to catch up with never needs it.
 */
public final class TopicPartitionReader implements PartitionReader {
  /** Records per batch: enough for efficient scoring, and a few milliseconds of work. */
  private static final int BATCH = 64;

  private final TopicPartition partition;
  private final Map<String, Object> settings;
  private Optional<OpenClient<Consumer<Bytes, byte[]>>> opened = Optional.empty();

  /** Where the consumer will read on; only known since the first seek. */
  private long position = -1;

  private TopicPartitionReader(
      TopicPartition partition, int fetchBytes, Map<String, Object> settings) {
    this.partition = partition;
    this.settings = new HashMap<>(settings);
    this.settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, fetchBytes);
    this.settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, BATCH);
    // Records before the first one that still exists may be gone, which is no fault.
    this.settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
  }

  /**
   * Opens readers with the settings of Kafka Streams' own restore consumers: these join no group
   * and read committed records only.
   *
   * @param topic the representations topic
   * @param kafkaStreams the configuration of Kafka Streams, with exactly-once processing
   */
  public static Opener opener(String topic, Map<String, Object> kafkaStreams) {
    StreamsConfig config = new StreamsConfig(kafkaStreams);
    return (partition, fetchBytes) -> {
      TopicPartition read = new TopicPartition(topic, partition);
      return new TopicPartitionReader(
          read, fetchBytes, config.getRestoreConsumerConfigs("sluice-" + read));
    };
  }

  @Override
  public long end() {
    return consumer().endOffsets(Set.of(partition)).get(partition);
  }

  @Override
  public Batch read(long from, Duration wait) {
    Consumer<Bytes, byte[]> consumer = consumer();
    if (from != position) {
      consumer.seek(partition, from);
    }
    List<Entry> entries =
        consumer.poll(wait).records(partition).stream()
            .map(each -> new Entry(each.offset(), each.key(), Optional.ofNullable(each.value())))
            .toList();
    position = consumer.position(partition);
    return new Batch(entries, position);
  }

  private Consumer<Bytes, byte[]> consumer() {
    if (opened.isEmpty()) {
      Consumer<Bytes, byte[]> consumer =
          new KafkaConsumer<>(settings, new BytesDeserializer(), new ByteArrayDeserializer());
      consumer.assign(Set.of(partition));
      opened = Optional.of(OpenClient.of(consumer));
    }
    return opened.get().client();
  }

  @Override
  public void close() {
    opened.ifPresent(OpenClient::close);
    opened = Optional.empty();
    position = -1;
  }
}
