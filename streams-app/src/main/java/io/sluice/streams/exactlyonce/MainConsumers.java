package io.sluice.streams.exactlyonce;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the clients of Kafka Streams as it would itself, and keeps the consumer of each stream
 * thread, to be able to set it back. Thread-safe; each consumer is used by its own thread only.
 */
public final class MainConsumers implements KafkaClientSupplier, StartOffsets {
  private static final Logger log = LoggerFactory.getLogger(MainConsumers.class);

  /** What Kafka Streams appends to the name of a thread for the id of the thread's consumer. */
  private static final String CLIENT_SUFFIX = "-consumer";

  private final Map<String, Consumer<byte[], byte[]>> byClientId = new ConcurrentHashMap<>();

  @Override
  public void begin(TopicPartition partition) {
    Consumer<byte[], byte[]> consumer = consumerOfThisThread();
    if (!consumer.assignment().contains(partition)) {
      return;
    }
    Optional<Long> committed =
        Optional.ofNullable(consumer.committed(Set.of(partition)).get(partition))
            .map(OffsetAndMetadata::offset);
    if (committed.isEmpty()) {
      consumer.seekToBeginning(Set.of(partition));
      return;
    }
    long position = consumer.position(partition);
    if (position != committed.get()) {
      log.atWarn()
          .addKeyValue("partition", partition)
          .addKeyValue("committed", committed.get())
          .addKeyValue("position", position)
          .log("Kafka Streams would have left out records: reading goes on where it was committed");
      consumer.seek(partition, committed.get());
    }
  }

  private Consumer<byte[], byte[]> consumerOfThisThread() {
    String clientId = Thread.currentThread().getName() + CLIENT_SUFFIX;
    Consumer<byte[], byte[]> consumer = byClientId.get(clientId);
    if (consumer == null) {
      throw new IllegalStateException("no consumer has the client id " + clientId);
    }
    return consumer;
  }

  @Override
  public Consumer<byte[], byte[]> getConsumer(Map<String, Object> settings) {
    Consumer<byte[], byte[]> consumer = newConsumer(settings);
    byClientId.put(settings.get(ConsumerConfig.CLIENT_ID_CONFIG).toString(), consumer);
    return consumer;
  }

  @Override
  public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> settings) {
    return newConsumer(settings);
  }

  @Override
  public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> settings) {
    return newConsumer(settings);
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> settings) {
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  @Override
  public Admin getAdmin(Map<String, Object> settings) {
    return Admin.create(settings);
  }

  private static Consumer<byte[], byte[]> newConsumer(Map<String, Object> settings) {
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }
}
