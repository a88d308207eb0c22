package io.sluice.streams.config;

import io.sluice.schemas.connection.ConnectionConfig;
import io.sluice.schemas.connection.ConnectionSettings;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.connection.Setting;
import io.sluice.streams.deadletter.DeadLetterHandler;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;

/**
 * Configuration of the streams-app. Its own keys are described by {@link #definition}; every other
 * key (security.protocol, ssl.*, sasl.*, num.stream.threads, ...) is handed to Kafka Streams and
 * its clients as it is. What exactness rests on (exactly-once, dead letters) cannot be configured
 * away. Only keys are ever logged or shown, no values, since values may be secrets.
 */
public final class StreamsAppConfig extends ConnectionConfig {
  private static final String ENVIRONMENT_PREFIX = "SLUICE_STREAMS_";

  /** One thread can score a backfill while the other takes in live candidates. */
  private static final int THREADS = 2;

  /** Bytes fetched of a partition at once: Kafka's default of 1 MiB is a dozen vectors. */
  private static final int FETCH_BYTES = 8 << 20;

  /** How long the work of an instance that was killed waits until another takes it over. */
  private static final int SESSION_MS = 6_000;

  /** A third of the session, as Kafka advises, so that two heartbeats may be lost. */
  private static final int HEARTBEAT_MS = SESSION_MS / 3;

  /** How long readers of committed records wait for an instance that died in a transaction. */
  private static final int TRANSACTION_MS = 10_000;

  /**
   * How long a stream thread waits to send or to commit: longer than max.poll.interval.ms (five
   * minutes), after which it is excluded from its group, closes all its tasks and begins again at
   * the committed offsets. A thread that gives up earlier closes only the task that waited, and
   * sets it up again. If the group rebalances before that, Kafka Streams 4.2 creates the task anew
   * and goes on where its consumer is, which leaves out the records that were fetched and not
   * processed.
   */
  private static final int SEND_MS = 600_000;

  private static final String MAX_REQUEST_SIZE =
      StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG);

  private static final String MAX_MESSAGE_BYTES =
      StreamsConfig.topicPrefix(TopicConfig.MAX_MESSAGE_BYTES_CONFIG);

  /** The settings that say where a group begins that has committed nothing. */
  private static final List<String> FIRST_OFFSET =
      List.of(
          ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
          StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG),
          StreamsConfig.mainConsumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG));

  /** What exactness rests on, and what follows from other settings. */
  private static final Set<String> FIXED =
      Stream.concat(
              FIRST_OFFSET.stream(),
              Stream.of(
                  MAX_REQUEST_SIZE,
                  MAX_MESSAGE_BYTES,
                  StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                  StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG,
                  StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG,
                  StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG,
                  StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG,
                  StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG))
          .collect(Collectors.toUnmodifiableSet());

  private static final ConfigDef DEFINITION = define();

  private final GroupProtocol groupProtocol;

  /**
   * Checks and keeps a configuration.
   *
   * @param properties own keys and those of Kafka Streams and its clients
   * @throws ConfigException when an own key is missing or out of range, or another one has no
   *     effect with the group protocol that is set; the message names it
   */
  public StreamsAppConfig(Map<String, ?> properties) {
    super(DEFINITION, properties, FIXED, StreamsAppConfig::isKeyOfKafkaStreams);
    groupProtocol = GroupProtocol.of(originals());
  }

  private static ConfigDef define() {
    List<Setting<?>> all = new ArrayList<>(ConnectionSettings.all());
    all.addAll(StreamsAppSettings.all());
    return Setting.definition(all);
  }

  private static boolean isKeyOfKafkaStreams(String key) {
    return StreamsConfig.configDef().names().contains(key)
        || key.matches("((main\\.|restore\\.|global\\.)?(consumer|producer|admin)|topic)\\..*");
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
    Map<String, Object> properties = originals();
    properties.put(StreamsAppSettings.APPLICATION_SERVER.key(), hostAndPort);
    return new StreamsAppConfig(properties);
  }

  /** Where other instances reach this one, as host:port; empty when it is not configured. */
  public Optional<String> applicationServer() {
    return get(StreamsAppSettings.APPLICATION_SERVER);
  }

  /**
   * Where the HTTP API is to be bound; port 0 for a free one.
   *
   * @throws ConfigException when the host is unknown
   */
  public InetSocketAddress httpAddress() {
    InetSocketAddress address =
        new InetSocketAddress(get(StreamsAppSettings.HTTP_HOST), get(StreamsAppSettings.HTTP_PORT));
    if (address.isUnresolved()) {
      throw new ConfigException(
          StreamsAppSettings.HTTP_HOST.key(),
          address.getHostString(),
          "use an address or a name of this machine");
    }
    return address;
  }

  /**
   * Clients of the same Kafka and registry, for what requests of the HTTP API write and read. They
   * wait for a quarter of the response timeout, since whoever sent the request waits as well.
   */
  public KafkaAccess kafkaAccess() {
    return new KafkaAccess(this, get(ConnectionSettings.RESPONSE_TIMEOUT).quarter());
  }

  /** Who assigns the work to the instances. */
  public GroupProtocol groupProtocol() {
    return groupProtocol;
  }

  /** Everything that Kafka Streams is started with. */
  public Map<String, Object> kafkaStreams() {
    Map<String, Object> streams = new HashMap<>();
    // A slice of a backfill waits for the poll before it: with no live records, not for long.
    streams.put(StreamsConfig.POLL_MS_CONFIG, get(StreamsAppSettings.BACKFILL_INTERVAL).toMillis());
    streams.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, THREADS);
    // In which order the records of different topics come does not matter: none waits for another,
    // of which it is perhaps not known, after an outage, whether it has any.
    streams.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
    streams.put(
        StreamsConfig.consumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG), FETCH_BYTES);
    if (groupProtocol == GroupProtocol.CLASSIC) {
      streams.put(
          StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), SESSION_MS);
      streams.put(
          StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), HEARTBEAT_MS);
    }
    streams.put(
        StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), TRANSACTION_MS);
    int sendMillis =
        Math.toIntExact(
            Math.max(SEND_MS, 2 * get(ConnectionSettings.RESPONSE_TIMEOUT).duration().toMillis()));
    streams.putAll(
        allClients(
            Map.of(
                ProducerConfig.MAX_BLOCK_MS_CONFIG, sendMillis,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, sendMillis)));
    // The subset is that of everything in the topic.
    FIRST_OFFSET.forEach(key -> streams.put(key, "earliest"));
    streams.put(MAX_REQUEST_SIZE, recordLimit().bytes());
    streams.put(MAX_MESSAGE_BYTES, recordLimit().topicBytes());
    streams.put(StreamsConfig.APPLICATION_ID_CONFIG, get(StreamsAppSettings.APPLICATION_ID));
    streams.put(StreamsConfig.STATE_DIR_CONFIG, get(StreamsAppSettings.STATE_DIR));
    streams.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    streams.put(StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG, topics().deadLetters());
    streams.put(StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG, PastTimestamp.class);
    streams.put(StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG, FailOnSendError.class);
    streams.put(
        StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG, DeadLetterHandler.class);
    streams.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, DeadLetterHandler.class);
    get(StreamsAppSettings.APPLICATION_SERVER)
        .ifPresent(address -> streams.put(StreamsConfig.APPLICATION_SERVER_CONFIG, address));
    return streams;
  }
}
