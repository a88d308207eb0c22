package io.sluice.streams.topology;

import io.sluice.schemas.connection.ConnectionConfig;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.Topics;
import io.sluice.streams.deadletter.DeadLetterHandler;
import io.sluice.streams.nominate.VectorStorage;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.streams.StreamsConfig;

/**
 * Configuration of the streams-app. Its own keys are described by {@link #definition}; every other
 * key (security.protocol, ssl.*, sasl.*, num.stream.threads, ...) is handed to Kafka Streams and
 * its clients as it is. What exactness rests on (exactly-once, dead letters, the topic as
 * changelog) cannot be configured away. Only keys are ever logged or shown, no values, since values
 * may be secrets.
 */
public final class StreamsAppConfig {
  /** Prefix of every topic name. */
  public static final String TOPIC_PREFIX = "topic.prefix";

  /** Address of the schema registry. */
  public static final String SCHEMA_REGISTRY_URL = "schema.registry.url";

  /** Milliseconds between two publications of what changed. */
  public static final String REPORT_INTERVAL = "report.interval.ms";

  /** Milliseconds between two slices of a backfill. */
  public static final String BACKFILL_INTERVAL = "backfill.interval.ms";

  /** Milliseconds that one slice of a backfill takes. */
  public static final String BACKFILL_SLICE = "backfill.slice.ms";

  /** Whether the HTTP API is served. */
  public static final String HTTP_ENABLED = "http.enabled";

  /** Address that the HTTP API is bound to. */
  public static final String HTTP_HOST = "http.host";

  /** Port of the HTTP API. */
  public static final String HTTP_PORT = "http.port";

  /** What a request that writes must show. */
  public static final String HTTP_TOKEN = "http.token";

  /** Longest candidate line and largest task that the HTTP API takes. */
  public static final String HTTP_MAX_LINE_BYTES = "http.max.line.bytes";

  /** How long clients beside the topology wait for Kafka: somebody waits for the answer. */
  private static final Map<String, String> CLIENT_PATIENCE =
      Map.of(
          "default.api.timeout.ms", "15000",
          "request.timeout.ms", "10000",
          "max.block.ms", "15000",
          "delivery.timeout.ms", "30000");

  private static final String ENVIRONMENT_PREFIX = "SLUICE_STREAMS_";
  private static final int MAX_PORT = 65_535;

  private static final ConfigDef DEFINITION =
      new ConfigDef()
          .define(
              StreamsConfig.BOOTSTRAP_SERVERS_CONFIG,
              Type.STRING,
              ConfigDef.NO_DEFAULT_VALUE,
              new ConfigDef.NonEmptyString(),
              Importance.HIGH,
              "Addresses of the Kafka cluster, host:port, separated by commas.")
          .define(
              SCHEMA_REGISTRY_URL,
              Type.STRING,
              ConfigDef.NO_DEFAULT_VALUE,
              new ConfigDef.NonEmptyString(),
              Importance.HIGH,
              "Address of a schema registry with Confluent's API, or mock://NAME in tests.")
          .define(
              StreamsConfig.APPLICATION_ID_CONFIG,
              Type.STRING,
              "sluice-streams",
              new ConfigDef.NonEmptyString(),
              Importance.MEDIUM,
              "Name of the application: instances of one name share the work.")
          .define(
              StreamsConfig.STATE_DIR_CONFIG,
              Type.STRING,
              Path.of(System.getProperty("user.home"), ".sluice", "streams-state").toString(),
              new ConfigDef.NonEmptyString(),
              Importance.MEDIUM,
              "Directory of the local state, which is rebuilt from Kafka when lost.")
          .define(
              TOPIC_PREFIX,
              Type.STRING,
              Topics.DEFAULT_PREFIX,
              Importance.MEDIUM,
              "Prefix of every topic name.")
          .define(
              REPORT_INTERVAL,
              Type.LONG,
              250,
              Range.between(1, 60_000),
              Importance.LOW,
              "Milliseconds between two publications of what changed: subsets, jobs, pool counts and status.")
          .define(
              BACKFILL_INTERVAL,
              Type.LONG,
              10,
              Range.between(1, 60_000),
              Importance.LOW,
              "Milliseconds between two slices of a backfill, in which live candidates flow.")
          .define(
              BACKFILL_SLICE,
              Type.LONG,
              40,
              Range.between(0, 10_000),
              Importance.LOW,
              "Milliseconds of work on stored candidates (scoring them for a new task, deleting the scores of a removed one) in one slice: about what it can add to the latency of a live candidate. 0: the least that a slice can do.")
          .define(
              HTTP_ENABLED,
              Type.BOOLEAN,
              true,
              Importance.MEDIUM,
              "Whether the HTTP API, health and metrics are served.")
          .define(
              HTTP_HOST,
              Type.STRING,
              "127.0.0.1",
              new ConfigDef.NonEmptyString(),
              Importance.MEDIUM,
              "Address of this machine that they are served at. Whoever reaches it can read"
                  + " everything, and write unless http.token is set: 0.0.0.0 is for closed"
                  + " networks.")
          .define(
              HTTP_PORT,
              Type.INT,
              8085,
              Range.between(0, MAX_PORT),
              Importance.MEDIUM,
              "Port that they are served at; 0 takes a free one and prints it.")
          .define(
              HTTP_TOKEN,
              Type.PASSWORD,
              "",
              token(),
              Importance.MEDIUM,
              "What every request that writes must show as Authorization: Bearer TOKEN. When"
                  + " empty, none is asked for. Give it in a file or in the environment, where"
                  + " other users of the machine do not see it.")
          .define(
              HTTP_MAX_LINE_BYTES,
              Type.INT,
              4 << 20,
              Range.between(1 << 10, 64 << 20),
              Importance.LOW,
              "Longest candidate line and largest task that the HTTP API takes, in bytes.")
          .define(
              StreamsConfig.APPLICATION_SERVER_CONFIG,
              Type.STRING,
              "",
              Importance.MEDIUM,
              "Where the other instances reach this one's HTTP API, as host:port. When empty: the"
                  + " address that it is bound to, or the machine's name where that is 0.0.0.0.");

  private final AbstractConfig own;
  private final KafkaSettings kafka;

  /**
   * Checks and keeps a configuration.
   *
   * @param properties own keys and those of Kafka Streams and its clients
   * @throws org.apache.kafka.common.config.ConfigException when an own key is missing or out of
   *     range
   */
  public StreamsAppConfig(Map<String, ?> properties) {
    own = new AbstractConfig(DEFINITION, properties, false);
    kafka = new KafkaSettings(own.originals(), DEFINITION.names());
  }

  /** The own keys with types, ranges, defaults and descriptions. */
  public static ConfigDef definition() {
    return new ConfigDef(DEFINITION);
  }

  /**
   * The settings that environment variables hold: SLUICE_STREAMS_HTTP_PORT is http.port, and so on.
   *
   * @param variables the environment
   * @return settings by key
   */
  public static Map<String, String> environment(Map<String, String> variables) {
    Map<String, String> settings = new HashMap<>();
    variables.forEach(
        (name, value) -> {
          if (name.startsWith(ENVIRONMENT_PREFIX)) {
            String key = name.substring(ENVIRONMENT_PREFIX.length()).toLowerCase(Locale.ROOT);
            settings.put(key.replace('_', '.'), value);
          }
        });
    return settings;
  }

  /** The same configuration, with this address for other instances to reach this one. */
  public StreamsAppConfig withApplicationServer(String hostAndPort) {
    Map<String, Object> properties = own.originals();
    properties.put(StreamsConfig.APPLICATION_SERVER_CONFIG, hostAndPort);
    return new StreamsAppConfig(properties);
  }

  /** Where other instances reach this one, as host:port; empty when it is not configured. */
  public Optional<String> applicationServer() {
    return Optional.of(own.getString(StreamsConfig.APPLICATION_SERVER_CONFIG))
        .filter(address -> !address.isEmpty());
  }

  /** Whether the HTTP API is served. */
  public boolean isHttpEnabled() {
    return own.getBoolean(HTTP_ENABLED);
  }

  /**
   * Where the HTTP API is to be bound; port 0 for a free one.
   *
   * @throws ConfigException when the host is unknown
   */
  public InetSocketAddress httpAddress() {
    InetSocketAddress address =
        new InetSocketAddress(own.getString(HTTP_HOST), own.getInt(HTTP_PORT));
    if (address.isUnresolved()) {
      throw new ConfigException(
          HTTP_HOST, address.getHostString(), "use an address or a name of this machine");
    }
    return address;
  }

  /** What a request that writes must show; empty when nothing is asked for. */
  public Optional<Password> httpToken() {
    return Optional.of(own.getPassword(HTTP_TOKEN)).filter(token -> !token.value().isEmpty());
  }

  /** Longest candidate line and largest task that the HTTP API takes, in bytes. */
  public int httpMaxLineBytes() {
    return own.getInt(HTTP_MAX_LINE_BYTES);
  }

  /** Clients of the same Kafka and registry, for what is written and read beside the topology. */
  public KafkaAccess kafkaAccess() {
    Map<String, String> settings = new HashMap<>(kafka.clients());
    settings.put(SCHEMA_REGISTRY_URL, own.getString(SCHEMA_REGISTRY_URL));
    settings.put(TOPIC_PREFIX, own.getString(TOPIC_PREFIX));
    return new KafkaAccess(new ConnectionConfig(settings), CLIENT_PATIENCE);
  }

  Topics topics() {
    return new Topics(own.getString(TOPIC_PREFIX));
  }

  AvroSerdes avroSerdes() {
    return kafkaAccess().serdes();
  }

  Duration reportInterval() {
    return Duration.ofMillis(own.getLong(REPORT_INTERVAL));
  }

  Duration backfillInterval() {
    return Duration.ofMillis(own.getLong(BACKFILL_INTERVAL));
  }

  Duration backfillSlice() {
    return Duration.ofMillis(own.getLong(BACKFILL_SLICE));
  }

  /** What connects an admin client. */
  Map<String, Object> adminClient() {
    return kafka.admin();
  }

  /** Everything that Kafka Streams is started with. */
  Map<String, Object> kafkaStreams() {
    Map<String, Object> streams = new HashMap<>();
    // A slice of a backfill waits for the poll before it: with no live records, not for long.
    streams.put(StreamsConfig.POLL_MS_CONFIG, own.getLong(BACKFILL_INTERVAL));
    streams.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 2);
    // In which order the records of different topics come does not matter: none waits for another,
    // of which it is perhaps not known, after an outage, whether it has any.
    streams.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
    streams.put(
        StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
        Topics.MAX_RECORD_BYTES);
    streams.put(
        StreamsConfig.topicPrefix(TopicConfig.MAX_MESSAGE_BYTES_CONFIG), Topics.MAX_RECORD_BYTES);
    // Kafka's 1 MiB a partition and fetch is a dozen vectors.
    streams.put(
        StreamsConfig.consumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG), 8 << 20);
    streams.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, VectorStorage.class);
    // How long the work of an instance that was killed waits for another to take it over.
    streams.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 6_000);
    streams.put(StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), 2_000);
    streams.put(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), 10_000);
    streams.putAll(kafka.streams());
    streams.put(
        StreamsConfig.APPLICATION_ID_CONFIG, own.getString(StreamsConfig.APPLICATION_ID_CONFIG));
    streams.put(StreamsConfig.STATE_DIR_CONFIG, own.getString(StreamsConfig.STATE_DIR_CONFIG));
    streams.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    streams.put(
        StreamsConfig.TOPOLOGY_OPTIMIZATION_CONFIG, StreamsConfig.REUSE_KTABLE_SOURCE_TOPICS);
    streams.put(StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG, topics().deadLetters());
    streams.put(
        StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG, DeadLetterHandler.class);
    streams.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, DeadLetterHandler.class);
    return streams;
  }

  /** What a header can carry. The message does not show the value. */
  private static ConfigDef.Validator token() {
    return ConfigDef.LambdaValidator.with(
        (key, value) -> {
          if (value instanceof Password token && !token.value().matches("[\\x21-\\x7e]*")) {
            throw new ConfigException(key + ": use printable ASCII characters without spaces");
          }
        },
        () -> "printable ASCII, no spaces");
  }

  /** Keys that nobody knows, sorted. */
  SortedSet<String> unknownKeys() {
    return kafka.unknown();
  }
}
