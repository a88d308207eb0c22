package io.sluice.gpuworker.service;

import io.confluent.kafka.serializers.AbstractKafkaSchemaSerDeConfig;
import io.sluice.schemas.topic.Topics;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Shares out the settings that are not Sluice's own: each goes to those clients that know it, one
 * that nobody knows goes to both clients, since a plug-in of theirs may read it.
 *
 * <p>Three layers: what suits the service, over it what the user sets, over it what the delivery
 * guarantee needs.
 */
final class KafkaSettings {
  /** With {@code group.protocol=consumer} the broker sets these, and they are refused. */
  private static final Map<String, Object> CLASSIC_GROUP_DEFAULTS =
      Map.of(
          // A rebalance takes only those partitions away that really move.
          ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
          CooperativeStickyAssignor.class.getName(),
          // The heart beats while examples are computed: silence means that the worker is dead.
          ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
          6_000,
          ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
          2_000);

  private static final Map<String, Object> CONSUMER_DEFAULTS =
      Map.of(
          // A misspelt topic prefix must not make topics.
          ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
          false,
          // A fetch that waits for new tasks holds up the next fetch of candidates that long.
          ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
          100,
          // What one poll brings is held in memory, above what the worker fetches ahead.
          ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
          32);

  private static final Map<String, Object> CONSUMER_FIXED =
      Map.of(
          ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
          false,
          ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
          "earliest",
          ConsumerConfig.ISOLATION_LEVEL_CONFIG,
          "read_committed",
          ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
          ByteArrayDeserializer.class,
          ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
          ByteArrayDeserializer.class);

  private static final Map<String, Object> PRODUCER_DEFAULTS =
      Map.of(
          ProducerConfig.LINGER_MS_CONFIG,
          5,
          ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
          Topics.MAX_RECORD_BYTES,
          // Vectors look like noise: compression costs time and saves nothing.
          ProducerConfig.COMPRESSION_TYPE_CONFIG,
          "none");

  private static final Map<String, Object> PRODUCER_FIXED =
      Map.of(
          ProducerConfig.ACKS_CONFIG,
          "all",
          ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
          true,
          ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
          ByteArraySerializer.class,
          ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
          ByteArraySerializer.class);

  /** Settings that would break the service whatever their value. */
  private static final Set<String> REFUSED = Set.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG);

  private static final List<String> SERDE_PREFIXES =
      List.of("schema.registry.", "avro.", "specific.avro.");

  private final Map<String, Object> foreign;

  /**
   * Shares out settings.
   *
   * @param foreign settings by key, without Sluice's own
   */
  KafkaSettings(Map<String, Object> foreign) {
    this.foreign = Map.copyOf(foreign);
  }

  /** What the consumer is given; {@code own} are Sluice's settings and win. */
  Map<String, Object> consumer(Map<String, Object> own) {
    Map<String, Object> all = new HashMap<>(CONSUMER_DEFAULTS);
    if (isClassicGroup()) {
      all.putAll(CLASSIC_GROUP_DEFAULTS);
    }
    all.putAll(foreignFor(ConsumerConfig.configNames()));
    all.putAll(CONSUMER_FIXED);
    all.putAll(own);
    return all;
  }

  /** What the producer is given; {@code own} are Sluice's settings and win. */
  Map<String, Object> producer(Map<String, Object> own) {
    Map<String, Object> all = new HashMap<>(PRODUCER_DEFAULTS);
    all.putAll(foreignFor(ProducerConfig.configNames()));
    all.putAll(PRODUCER_FIXED);
    all.putAll(own);
    return all;
  }

  /** What the serdes are given; {@code own} are Sluice's settings and win. */
  Map<String, Object> serdes(Map<String, Object> own) {
    Map<String, Object> all = new HashMap<>(foreign);
    all.keySet().removeIf(key -> !isSerdeKey(key));
    all.putAll(own);
    return all;
  }

  /** Whether the group's timeouts are the consumer's to set. */
  boolean isClassicGroup() {
    return !"consumer"
        .equalsIgnoreCase(String.valueOf(foreign.get(ConsumerConfig.GROUP_PROTOCOL_CONFIG)));
  }

  SortedSet<String> unknownKeys() {
    SortedSet<String> unknown = new TreeSet<>(foreign.keySet());
    unknown.removeIf(
        key ->
            isSerdeKey(key)
                || ConsumerConfig.configNames().contains(key)
                || ProducerConfig.configNames().contains(key)
                || key.startsWith("config.providers."));
    return Collections.unmodifiableSortedSet(unknown);
  }

  SortedSet<String> overruledKeys() {
    SortedSet<String> overruled = new TreeSet<>(foreign.keySet());
    overruled.removeIf(
        key ->
            !CONSUMER_FIXED.containsKey(key)
                && !PRODUCER_FIXED.containsKey(key)
                && !REFUSED.contains(key));
    return Collections.unmodifiableSortedSet(overruled);
  }

  private Map<String, Object> foreignFor(Set<String> known) {
    Set<String> unknown = unknownKeys();
    Map<String, Object> mine = new HashMap<>(foreign);
    mine.keySet().removeIf(key -> !known.contains(key) && !unknown.contains(key));
    mine.keySet().removeAll(REFUSED);
    return mine;
  }

  private static boolean isSerdeKey(String key) {
    return SERDE_PREFIXES.stream().anyMatch(key::startsWith)
        || AbstractKafkaSchemaSerDeConfig.baseConfigDef().names().contains(key);
  }
}
