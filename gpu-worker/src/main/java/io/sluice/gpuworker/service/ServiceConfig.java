package io.sluice.gpuworker.service;

import io.sluice.schemas.topic.Topics;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;

/**
 * The settings that every service has: where Kafka is, what its topics are called, where metrics
 * are served; and all that are not Sluice's own, which go to the Kafka clients and the Avro serdes.
 */
public final class ServiceConfig {
  /** Where Kafka is. */
  public static final String BOOTSTRAP_SERVERS = "bootstrap.servers";

  /** Where the schema registry is. */
  public static final String SCHEMA_REGISTRY_URL = "schema.registry.url";

  /** Put before the name of every topic. */
  public static final String TOPIC_PREFIX = "topic.prefix";

  /** The port that metrics and health are served at. */
  public static final String METRICS_PORT = "metrics.port";

  /** The address that metrics and health are served at. */
  public static final String METRICS_HOST = "metrics.host";

  private static final Set<String> GROUP_KEYS =
      Set.of(ConsumerConfig.GROUP_ID_CONFIG, ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);

  private final AbstractConfig values;
  private final KafkaSettings kafka;

  /**
   * The shared settings among those of a service.
   *
   * @param values all of the service's settings, checked
   * @param own the keys of the service's definition; all others are of Kafka or the serdes
   */
  public ServiceConfig(AbstractConfig values, Set<String> own) {
    this.values = values;
    Map<String, Object> foreign = new HashMap<>(values.originals());
    foreign.keySet().removeAll(own);
    this.kafka = new KafkaSettings(foreign);
  }

  /** A definition of the settings that say where Kafka is, to be added to. */
  public static ConfigDef defineKafka() {
    return new ConfigDef()
        .define(
            BOOTSTRAP_SERVERS,
            Type.LIST,
            ConfigDef.NO_DEFAULT_VALUE,
            SettingChecks.atLeastOne("a Kafka broker as host:port"),
            Importance.HIGH,
            "Kafka brokers to start from, as host:port, separated by commas.")
        .define(
            SCHEMA_REGISTRY_URL,
            Type.STRING,
            ConfigDef.NO_DEFAULT_VALUE,
            SettingChecks.registryUrl(),
            Importance.HIGH,
            "Address of a schema registry with Confluent's API, or mock://NAME for one in this JVM."
                + " Credentials go into basic.auth.credentials.source and basic.auth.user.info.")
        .define(
            TOPIC_PREFIX,
            Type.STRING,
            Topics.DEFAULT_PREFIX,
            SettingChecks.topicPrefix(),
            Importance.MEDIUM,
            "Put before the name of every topic.");
  }

  /** Adds the settings of metrics and health to a definition. */
  public static ConfigDef defineMetrics(ConfigDef settings) {
    return settings
        .define(
            METRICS_PORT,
            Type.INT,
            null,
            SettingChecks.portOrNone(),
            Importance.MEDIUM,
            "Port of /metrics (Prometheus), /health/live and /health/ready. Not served when not"
                + " set.")
        .define(
            METRICS_HOST,
            Type.STRING,
            "127.0.0.1",
            new ConfigDef.NonEmptyString(),
            Importance.LOW,
            "Address of this machine that they are served at. Whoever reaches it can read them:"
                + " 0.0.0.0 is for closed networks.");
  }

  /** The topics read and written. */
  public Topics topics() {
    return new Topics(values.getString(TOPIC_PREFIX));
  }

  /**
   * Where metrics and health are served; empty when they are not.
   *
   * @throws ConfigException when the host is unknown
   */
  public Optional<InetSocketAddress> metricsAddress() {
    return Optional.ofNullable(values.getInt(METRICS_PORT)).map(this::metricsAddress);
  }

  private InetSocketAddress metricsAddress(int port) {
    InetSocketAddress address = new InetSocketAddress(values.getString(METRICS_HOST), port);
    if (address.isUnresolved()) {
      throw new ConfigException(
          METRICS_HOST, address.getHostString(), "use an address or a name of this machine");
    }
    return address;
  }

  /** Keys that neither Sluice nor the Kafka clients nor the serdes know, sorted. */
  public Set<String> unknownKeys() {
    return kafka.unknownKeys();
  }

  /** Keys that are set though the delivery guarantee fixes their values, sorted. */
  public Set<String> overruledKeys() {
    return kafka.overruledKeys();
  }

  /** Whether the timeouts of the consumer group are the consumer's to set. */
  public boolean isClassicGroup() {
    return kafka.isClassicGroup();
  }

  /** What a consumer is given; {@code own} are the service's settings and win. */
  public Map<String, Object> consumer(Map<String, Object> own) {
    Map<String, Object> all = kafka.consumer(own);
    all.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, values.getList(BOOTSTRAP_SERVERS));
    return all;
  }

  /** What a consumer is given that reads for itself alone. */
  public Map<String, Object> consumerOutsideTheGroup() {
    Map<String, Object> settings = consumer(Map.of());
    settings.keySet().removeAll(GROUP_KEYS);
    return settings;
  }

  /** How long Kafka waits for a consumer's next poll before it takes the consumer for dead. */
  public Duration maxPollInterval() {
    return Duration.ofMillis(
        new AbstractConfig(ConsumerConfig.configDef(), consumer(Map.of()), false)
            .getInt(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG));
  }

  /** What a producer is given; {@code own} are the service's settings and win. */
  public Map<String, Object> producer(Map<String, Object> own) {
    Map<String, Object> all = kafka.producer(own);
    all.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, values.getList(BOOTSTRAP_SERVERS));
    return all;
  }

  /** What the Avro serdes are given. */
  public Map<String, Object> serdes() {
    return kafka.serdes(Map.of(SCHEMA_REGISTRY_URL, values.getString(SCHEMA_REGISTRY_URL)));
  }
}
