package io.sluice.gpuworker.service;

import io.sluice.schemas.connection.ConnectionConfig;
import io.sluice.schemas.connection.ConnectionSettings;
import io.sluice.schemas.connection.Setting;
import io.sluice.schemas.connection.SettingChecks;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * What the settings of this module's services have in common beyond the connection: where metrics
 * are served, what suits the services as settings of the Kafka clients, and what their delivery
 * guarantee fixes.
 */
public abstract class ServiceConfig extends ConnectionConfig {
  /** The port that metrics and health are served at; empty when they are not served. */
  public static final Setting<Optional<Integer>> METRICS_PORT =
      Setting.integer("metrics.port")
          .valid(SettingChecks.port())
          .documentationOfOptional(
              "Port of /metrics (Prometheus), /health/live and /health/ready. If it is not set, these are"
                  + " not served.");

  /** The address of this machine that metrics and health are served at. */
  public static final Setting<String> METRICS_HOST =
      Setting.text("metrics.host")
          .byDefault("127.0.0.1")
          .valid(new ConfigDef.NonEmptyString())
          .importance(Importance.LOW)
          .documentation(
              "Local address on which metrics and health are served. Anyone who can reach it can read"
                  + " them: use 0.0.0.0 in closed networks only.");

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

  /** What a consumer waits for the next poll, unless a record may be on its way for longer. */
  private static final int POLL_MS = 300_000;

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

  /**
   * Checks settings.
   *
   * @param definition the service's settings: see {@link #definition(List)}
   * @throws ConfigException when a setting is missing or out of its range, or when the group would
   *     not wait for what the service sends; names the setting
   */
  protected ServiceConfig(ConfigDef definition, Map<String, ?> settings) {
    super(definition, settings, fixedKeys(), key -> false);
    int delivery = deliveryMillis();
    int poll = millis(serviceConsumer(Map.of()), ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG);
    if (delivery >= poll) {
      throw new ConfigException(
          "delivery.timeout.ms is %d, and max.poll.interval.ms is %d: make max.poll.interval.ms longer, or delivery.timeout.ms (twice response.timeout.ms unless it is set) shorter; otherwise the group could give the work to another member while output is still on its way, and that output could come after newer output of the other"
              .formatted(delivery, poll));
    }
  }

  /** The settings of a service: those of the connection, its own, and those of metrics. */
  protected static ConfigDef definition(List<Setting<?>> own) {
    List<Setting<?>> all = new ArrayList<>(ConnectionSettings.all());
    all.addAll(own);
    all.add(METRICS_PORT);
    all.add(METRICS_HOST);
    return Setting.definition(all);
  }

  private static Set<String> fixedKeys() {
    Set<String> fixed = new HashSet<>(CONSUMER_FIXED.keySet());
    fixed.addAll(PRODUCER_FIXED.keySet());
    fixed.add(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
    return fixed;
  }

  /**
   * Where metrics and health are served; empty when they are not.
   *
   * @throws ConfigException when the host is unknown
   */
  public final Optional<InetSocketAddress> metricsAddress() {
    return get(METRICS_PORT).map(this::metricsAddress);
  }

  private InetSocketAddress metricsAddress(int port) {
    InetSocketAddress address = new InetSocketAddress(get(METRICS_HOST), port);
    if (address.isUnresolved()) {
      throw new ConfigException(
          METRICS_HOST.key(), address.getHostString(), "use an address or a name of this machine");
    }
    return address;
  }

  /** How long Kafka waits for a consumer's next poll before it takes the consumer for dead. */
  public final Duration maxPollInterval() {
    return Duration.ofMillis(
        new AbstractConfig(ConsumerConfig.configDef(), serviceConsumer(Map.of()), false)
            .getInt(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG));
  }

  /** Whether the consumer sets the timeouts of its group, and not the broker. */
  protected final boolean isClassicGroup() {
    Object protocol = consumer(Map.of(), Map.of()).get(ConsumerConfig.GROUP_PROTOCOL_CONFIG);
    return !"consumer".equalsIgnoreCase(String.valueOf(protocol));
  }

  /** The settings of a consumer that reads on its own, outside the service's group. */
  public final Map<String, Object> consumerOutsideTheGroup() {
    return consumerOutsideAnyGroup(consumerDefaults(), CONSUMER_FIXED);
  }

  /** The settings of a consumer; {@code own} win over what is set. */
  protected final Map<String, Object> serviceConsumer(Map<String, Object> own) {
    Map<String, Object> fixed = new HashMap<>(CONSUMER_FIXED);
    fixed.putAll(own);
    return consumer(consumerDefaults(), fixed);
  }

  /** The settings of a producer; {@code own} win over what is set. */
  protected final Map<String, Object> serviceProducer(Map<String, Object> own) {
    Map<String, Object> fixed = new HashMap<>(PRODUCER_FIXED);
    fixed.putAll(own);
    return producer(PRODUCER_DEFAULTS, fixed);
  }

  private Map<String, Object> consumerDefaults() {
    Map<String, Object> defaults = new HashMap<>(CONSUMER_DEFAULTS);
    // Services send on the thread that polls. While the brokers are slow to take their output, they
    // keep their work.
    defaults.put(
        ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, Math.max(POLL_MS, 2 * deliveryMillis()));
    if (isClassicGroup()) {
      defaults.putAll(CLASSIC_GROUP_DEFAULTS);
    }
    return defaults;
  }

  /** How long a record may be on its way to the brokers. */
  private int deliveryMillis() {
    return millis(serviceProducer(Map.of()), ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG);
  }

  private static int millis(Map<String, Object> client, String key) {
    return (Integer) ConfigDef.parseType(key, client.get(key), ConfigDef.Type.INT);
  }
}
