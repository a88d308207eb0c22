package io.sluice.schemas.connection;

import static java.util.stream.Collectors.toMap;

import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.serde.RegistryAdmin;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.schemas.topic.Topics;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
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
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * A Kafka cluster with its schema registry and Sluice's topics, and clients for whoever reads and
 * writes the topics apart from the services.
 *
 * <p>Safe for use by several threads; the clients that it opens belong to the caller.
 */
public final class KafkaAccess {
  /** How long a broker may be missing, since it may just be restarting. */
  private static final Duration ABSENT_FOR = Duration.ofSeconds(10);

  private static final int FETCH_WAIT_MILLIS = 50;

  private static final Map<String, Object> CONSUMER_FIXED =
      Map.of(
          ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed",
          ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false,
          ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);

  private static final Map<String, Object> PRODUCER_FIXED =
      Map.of(ProducerConfig.ACKS_CONFIG, "all", ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);

  private final ConnectionConfig config;
  private final ResponseTimeout timeout;
  private final AvroSerdes serdes;

  /**
   * The Kafka that a configuration describes. Nothing is connected yet.
   *
   * @param timeout of the Kafka clients, unless the configuration sets theirs
   */
  public KafkaAccess(ConnectionConfig config, ResponseTimeout timeout) {
    this.config = config;
    this.timeout = timeout;
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
    ConnectionConfig config = new ConnectionConfig(settings);
    return new KafkaAccess(config, config.get(ConnectionSettings.RESPONSE_TIMEOUT));
  }

  /** The names of the topics. */
  public Topics topics() {
    return config.topics();
  }

  /** The size of the largest record. */
  public RecordLimit recordLimit() {
    return config.recordLimit();
  }

  /** See {@link ConnectionConfig#explain}. */
  public KafkaException explain(KafkaException failure) {
    return config.explain(failure);
  }

  /** Serdes of the schema registry. */
  public AvroSerdes serdes() {
    return serdes;
  }

  /** The registry's address for messages, without user and password. */
  public String schemaRegistryUrl() {
    return config.get(ConnectionSettings.SCHEMA_REGISTRY_URL).url();
  }

  /** An administrator of the schema registry. The caller closes it. */
  public RegistryAdmin registryAdmin() {
    return new RegistryAdmin(config.serdeSettings());
  }

  /** How long to wait for something to arrive from the brokers. */
  public Duration responseTimeout() {
    return timeout.duration();
  }

  /**
   * Makes sure that a broker responds, so that what follows fails early and with a clear message.
   *
   * @throws KafkaException when no broker responds within the response timeout, when nothing
   *     accepts connections at its address for ten seconds, or when it refuses the client; the
   *     message says which, and what to do
   */
  public void requireBroker() throws InterruptedException {
    Admin admin = admin();
    try {
      requireResponse(admin.describeCluster().clusterId());
    } finally {
      // Closing in good order would wait for the request that has got no response.
      admin.close(Duration.ZERO);
    }
  }

  private void requireResponse(Future<?> response) throws InterruptedException {
    BrokerAddresses brokers = config.brokers();
    try {
      try {
        response.get(ABSENT_FOR.toMillis(), TimeUnit.MILLISECONDS);
      } catch (java.util.concurrent.TimeoutException e) {
        if (!brokers.acceptConnections()) {
          throw brokers.absent(e);
        }
        response.get();
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof TimeoutException timedOut
          ? config.explain(timedOut)
          : new KafkaException(
              String.format(
                  "the Kafka broker at %s refuses the client (%s): check the security settings",
                  brokers, e.getCause().getMessage()),
              e.getCause());
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
      ListOffsetsResult result = admin.listOffsets(asked);
      AdminResults.await(partitions.stream().collect(toMap(p -> p, result::partitionResult)))
          .forEach((p, end) -> ends.put(p, end.offset()));
      return ends;
    } catch (ExecutionException e) {
      throw new KafkaException("the ends of topics are not known: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted while asking for the ends of topics", e);
    }
  }

  /** An admin client. The caller closes it. */
  public Admin admin() {
    return Admin.create(config.admin(timeout.kafkaClients(), Map.of()));
  }

  /** A consumer outside any group that sees only what was committed. The caller closes it. */
  public <K, V> Consumer<K, V> consumer(Serde<K> key, Serde<V> value) {
    Map<String, Object> settings = timeout.kafkaClients();
    // Whoever reads a topic to its end closes the consumer while it fetches on, and closing waits
    // for that: for half a second by default, in which a broker waits for records.
    settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_WAIT_MILLIS);
    return new KafkaConsumer<>(
        config.consumerOutsideAnyGroup(settings, CONSUMER_FIXED),
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
    Map<String, Object> settings = timeout.kafkaClients();
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 20);
    settings.putAll(more);
    return new KafkaProducer<>(
        config.producer(settings, PRODUCER_FIXED), key.serializer(), value.serializer());
  }
}
