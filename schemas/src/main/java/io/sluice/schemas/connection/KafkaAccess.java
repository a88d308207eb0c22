package io.sluice.schemas.connection;

import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.schemas.topic.Topics;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * A Kafka with its schema registry and Sluice's topics in it, and clients for whoever reads and
 * writes the topics beside the services.
 *
 * <p>Safe for use by several threads; the clients that it opens belong to the caller.
 */
public final class KafkaAccess {
  private static final int ANSWER_WITHIN_MS = 10_000;

  private static final Map<String, Object> CONSUMER_FIXED =
      Map.of(
          ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed",
          ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false,
          ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);

  private static final Map<String, Object> PRODUCER_FIXED =
      Map.of(ProducerConfig.ACKS_CONFIG, "all", ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);

  private final ConnectionConfig config;
  private final Map<String, Object> defaults;
  private final AvroSerdes serdes;

  /**
   * The Kafka that a configuration describes. Nothing is connected yet.
   *
   * @param defaults settings of clients that hold unless the configuration says otherwise
   */
  public KafkaAccess(ConnectionConfig config, Map<String, ?> defaults) {
    this.config = config;
    this.defaults = Map.copyOf(defaults);
    this.serdes = config.serdes();
  }

  /**
   * The Kafka that these settings describe.
   *
   * @param settings {@code bootstrap.servers}, {@code schema.registry.url}, perhaps {@code
   *     topic.prefix}, and whatever else the clients need (TLS, SASL)
   * @throws ConfigException when one of the first three is missing or out of its range
   */
  public static KafkaAccess of(Map<String, ?> settings) {
    return new KafkaAccess(new ConnectionConfig(settings), Map.of());
  }

  /** The names of the topics. */
  public Topics topics() {
    return config.topics();
  }

  /** The size of the largest record. */
  public RecordLimit recordLimit() {
    return config.recordLimit();
  }

  /** Serdes of the schema registry. */
  public AvroSerdes serdes() {
    return serdes;
  }

  /** The registry's address for messages, without user and password. */
  public String schemaRegistryUrl() {
    return config.get(ConnectionSettings.SCHEMA_REGISTRY_URL).url();
  }

  /**
   * Makes sure that a broker answers, so that what follows fails early and with a clear message.
   *
   * @throws KafkaException when none does within ten seconds, or it refuses the client
   */
  public void requireBroker() throws InterruptedException {
    Map<String, Object> patience =
        Map.of(
            CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_WITHIN_MS,
            CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_WITHIN_MS);
    try (Admin admin = Admin.create(config.admin(Map.of(), patience))) {
      admin.describeCluster().clusterId().get();
    } catch (ExecutionException e) {
      throw new KafkaException(
          String.format(
              "no Kafka answers at %s (%s): is it running, and are the client's properties right?",
              String.join(",", config.get(ConnectionSettings.BOOTSTRAP_SERVERS)),
              e.getCause().getMessage()),
          e);
    }
  }

  /**
   * Where partitions end, transactions that are still open included.
   *
   * @throws KafkaException when the broker does not answer
   */
  public Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions) {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    partitions.forEach(partition -> asked.put(partition, OffsetSpec.latest()));
    Map<TopicPartition, Long> ends = new HashMap<>();
    try (Admin admin = admin()) {
      admin.listOffsets(asked).all().get().forEach((p, end) -> ends.put(p, end.offset()));
      return ends;
    } catch (ExecutionException e) {
      throw new KafkaException("the ends of topics are not known: " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted while asking for the ends of topics", e);
    }
  }

  /** An admin client. The caller closes it. */
  public Admin admin() {
    return Admin.create(config.admin(defaults, Map.of()));
  }

  /** A consumer outside any group that sees only what was committed. The caller closes it. */
  public <K, V> Consumer<K, V> consumer(Serde<K> key, Serde<V> value) {
    return new KafkaConsumer<>(
        config.consumerOutsideAnyGroup(defaults, CONSUMER_FIXED),
        key.deserializer(),
        value.deserializer());
  }

  /** An idempotent producer of records with text keys. The caller closes it. */
  public <V> Producer<String, V> producer(Serde<V> value) {
    return producer(Serdes.String(), value, Map.of());
  }

  /**
   * An idempotent producer. The caller closes it.
   *
   * @param more defaults of this producer, over those of all clients
   */
  public <K, V> Producer<K, V> producer(Serde<K> key, Serde<V> value, Map<String, ?> more) {
    Map<String, Object> settings = new HashMap<>(defaults);
    settings.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, 20);
    settings.putAll(more);
    return new KafkaProducer<>(
        config.producer(settings, PRODUCER_FIXED), key.serializer(), value.serializer());
  }
}
