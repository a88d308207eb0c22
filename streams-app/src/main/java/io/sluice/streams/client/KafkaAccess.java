package io.sluice.streams.client;

import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.Topics;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * A Kafka with its schema registry and Sluice's topics in it, and clients for them.
 *
 * @param config client properties: {@code bootstrap.servers}, {@code schema.registry.url}, and
 *     whatever else Kafka's clients and Confluent's serdes need (TLS, SASL); passed on as they are
 * @param serdes serdes of the registry
 * @param topics names of the topics
 */
public record KafkaAccess(Map<String, String> config, AvroSerdes serdes, Topics topics) {
  /** The property that holds the prefix of the topic names. */
  public static final String TOPIC_PREFIX = "topic.prefix";

  private static final int ANSWER_WITHIN_MS = 10_000;

  /** Copies the properties. */
  public KafkaAccess {
    config = Map.copyOf(config);
  }

  /**
   * The Kafka that these properties describe.
   *
   * @param config client properties; {@value #TOPIC_PREFIX} may be among them
   * @throws IllegalArgumentException when {@code schema.registry.url} is missing or the prefix is
   *     no prefix of topic names
   */
  public static KafkaAccess of(Map<String, String> config) {
    String prefix = config.getOrDefault(TOPIC_PREFIX, Topics.DEFAULT_PREFIX);
    return new KafkaAccess(config, new AvroSerdes(config), new Topics(prefix));
  }

  /**
   * Makes sure that a broker answers, so that what follows fails early and with a clear message.
   *
   * @throws KafkaException when none does within ten seconds, or it refuses the client
   */
  public void requireBroker() throws InterruptedException {
    Map<String, Object> settings = new HashMap<>(config);
    settings.put("default.api.timeout.ms", ANSWER_WITHIN_MS);
    settings.put("request.timeout.ms", ANSWER_WITHIN_MS);
    try (Admin admin = Admin.create(settings)) {
      admin.describeCluster().clusterId().get();
    } catch (ExecutionException e) {
      throw new KafkaException(
          String.format(
              "no Kafka answers at %s (%s): is it running, and are the client's properties right?",
              config.get("bootstrap.servers"), e.getCause().getMessage()),
          e);
    }
  }

  /**
   * Where partitions end, transactions that are not ended yet included.
   *
   * @throws KafkaException when the broker does not say
   */
  Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions) {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    partitions.forEach(partition -> asked.put(partition, OffsetSpec.latest()));
    Map<TopicPartition, Long> ends = new HashMap<>();
    try (Admin admin = Admin.create(new HashMap<String, Object>(config))) {
      admin.listOffsets(asked).all().get().forEach((p, end) -> ends.put(p, end.offset()));
      return ends;
    } catch (ExecutionException e) {
      throw new KafkaException("the ends of topics are not known: " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted while asking for the ends of topics", e);
    }
  }

  /** A consumer outside any group that sees only what was committed. The caller closes it. */
  public <K, V> Consumer<K, V> consumer(Serde<K> key, Serde<V> value) {
    Map<String, Object> settings = new HashMap<>(config);
    settings.put("isolation.level", "read_committed");
    settings.put("enable.auto.commit", "false");
    settings.put("allow.auto.create.topics", "false");
    return new KafkaConsumer<>(settings, key.deserializer(), value.deserializer());
  }

  /** An idempotent producer of records with text keys. The caller closes it. */
  public <V> Producer<String, V> producer(Serde<V> value) {
    Map<String, Object> settings = new HashMap<>(config);
    settings.put("acks", "all");
    settings.put("enable.idempotence", "true");
    settings.putIfAbsent("linger.ms", "20");
    return new KafkaProducer<>(settings, Serdes.String().serializer(), value.serializer());
  }
}
