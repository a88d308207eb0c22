package io.sluice.streams.topology;

import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Configuration of the streams-app. Its own keys are described by {@link #definition}; every other
 * key (security.protocol, ssl.*, sasl.*, num.stream.threads, ...) is handed to Kafka Streams and
 * its clients as it is. What exactness rests on (exactly-once, dead letters, the topic as
 * changelog) cannot be configured away.
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

  private static final Logger log = LoggerFactory.getLogger(StreamsAppConfig.class);

  /** Bytes: the vectors of one query fill more than Kafka's 1 MiB when sketches are large. */
  private static final int MAX_RECORD = 16 << 20;

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
              "Milliseconds of work on stored candidates (scoring them for a new task, deleting the scores of a removed one) in one slice: about what it can add to the latency of a live candidate. 0: the least that a slice can do.");

  private final AbstractConfig own;

  /**
   * Checks and keeps a configuration.
   *
   * @param properties own keys and those of Kafka Streams and its clients
   * @throws org.apache.kafka.common.config.ConfigException when an own key is missing or out of
   *     range
   */
  public StreamsAppConfig(Map<String, ?> properties) {
    own = new AbstractConfig(DEFINITION, properties, false);
    warnOfUnknownKeys();
  }

  /** The own keys with types, ranges, defaults and descriptions. */
  public static ConfigDef definition() {
    return new ConfigDef(DEFINITION);
  }

  Topics topics() {
    return new Topics(own.getString(TOPIC_PREFIX));
  }

  AvroSerdes avroSerdes() {
    return new AvroSerdes(own.originals());
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
    Map<String, Object> admin = own.originals();
    admin.keySet().retainAll(AdminClientConfig.configNames());
    return admin;
  }

  /** Everything that Kafka Streams is started with. */
  Map<String, Object> kafkaStreams() {
    Map<String, Object> streams = new HashMap<>();
    // A slice of a backfill waits for the poll before it: with no live records, not for long.
    streams.put(StreamsConfig.POLL_MS_CONFIG, own.getLong(BACKFILL_INTERVAL));
    streams.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 2);
    streams.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), MAX_RECORD);
    streams.put(StreamsConfig.topicPrefix(TopicConfig.MAX_MESSAGE_BYTES_CONFIG), MAX_RECORD);
    // How long the work of an instance that was killed waits for another to take it over.
    streams.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 6_000);
    streams.put(StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), 2_000);
    streams.put(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), 10_000);
    streams.putAll(own.originals());
    // Kafka Streams would take it for a setting, named prefix, of the topics that it creates.
    streams.remove(TOPIC_PREFIX);
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

  private void warnOfUnknownKeys() {
    TreeSet<String> unknown = new TreeSet<>(own.originals().keySet());
    unknown.removeAll(DEFINITION.names());
    unknown.removeAll(StreamsConfig.configDef().names());
    unknown.removeAll(ConsumerConfig.configNames());
    unknown.removeAll(ProducerConfig.configNames());
    unknown.removeAll(AdminClientConfig.configNames());
    unknown.removeIf(
        key -> key.matches("(main\\.|restore\\.|global\\.)?(consumer|producer|admin)\\..*"));
    unknown.removeIf(
        key -> key.matches("(schema\\.registry|basic\\.auth|bearer\\.auth|topic)\\..*"));
    if (!unknown.isEmpty()) {
      log.atWarn().addKeyValue("keys", unknown).log("unknown configuration keys are ignored");
    }
  }
}
