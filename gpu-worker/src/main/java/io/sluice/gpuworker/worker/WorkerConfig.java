package io.sluice.gpuworker.worker;

import io.sluice.gpuworker.representation.ComputeSettings;
import io.sluice.gpuworker.representation.CountSketch;
import io.sluice.gpuworker.representation.GradientForm;
import io.sluice.gpuworker.representation.Kind;
import io.sluice.gpuworker.representation.Projection;
import io.sluice.gpuworker.representation.RepresentationSettings;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.topic.Topics;
import java.io.IOException;
import java.io.Reader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigException;

/**
 * Everything that can be set for a worker, checked.
 *
 * <p>{@link #definition()} documents each setting with its type, range and default. All other keys
 * belong to the Kafka clients or to the Avro serdes and are handed to them. Only keys are ever
 * logged or shown, no values, since values may be secrets.
 */
public final class WorkerConfig {
  /** Where Kafka is. */
  public static final String BOOTSTRAP_SERVERS = "bootstrap.servers";

  /** Where the schema registry is. */
  public static final String SCHEMA_REGISTRY_URL = "schema.registry.url";

  /** Put before the name of every topic. */
  public static final String TOPIC_PREFIX = "topic.prefix";

  /** The consumer group. */
  public static final String GROUP_ID = "group.id";

  /** The name of this deployment's representation. */
  public static final String REPRESENTATION_ID = "representation.id";

  /** The base model's folder. */
  public static final String MODEL_DIR = "model.dir";

  /** The warm-up checkpoints' folders. */
  public static final String CHECKPOINT_DIRS = "checkpoint.dirs";

  /** What stands for an example. */
  public static final String KIND = "kind";

  /** The form of a candidate's gradient. */
  public static final String FORM = "form";

  /** How a vector is made shorter. */
  public static final String PROJECTION = "projection";

  /** The length of a vector. */
  public static final String DIMENSION = "dimension";

  /** How candidates' vectors are stored. */
  public static final String ENCODING = "encoding";

  /** The length limit of an example. */
  public static final String MAX_LENGTH = "max.length";

  /** Tokens computed at a time. */
  public static final String TOKENS_IN_FLIGHT = "tokens.in.flight";

  /** Whether layers are computed again on the way back. */
  public static final String RECOMPUTE = "recompute";

  /** Records taken in hand at a time. */
  public static final String BATCH_RECORDS = "batch.records";

  /** The port that metrics and health are served at. */
  public static final String METRICS_PORT = "metrics.port";

  /** The address that metrics and health are served at. */
  public static final String METRICS_HOST = "metrics.host";

  /** All of Sluice sketches with one seed, so that vectors can be compared everywhere. */
  private static final long SKETCH_SEED = 0;

  private static final Set<String> GROUP_KEYS =
      Set.of(ConsumerConfig.GROUP_ID_CONFIG, ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);

  private static final ConfigDef DEFINITION = define();

  private final AbstractConfig values;
  private final KafkaSettings kafka;

  /**
   * Checks settings.
   *
   * @param settings values by key: strings as in a properties file, or already of the right type
   * @throws ConfigException when a setting is missing or out of its range; names the setting
   */
  public WorkerConfig(Map<String, ?> settings) {
    this.values = new AbstractConfig(DEFINITION, settings, false);
    requireCheckpoints();
    Map<String, Object> foreign = new HashMap<>(values.originals());
    foreign.keySet().removeAll(DEFINITION.names());
    this.kafka = new KafkaSettings(foreign);
  }

  private void requireCheckpoints() {
    Kind kind = Kind.of(values.getString(KIND));
    if (kind.needsCheckpoints() && values.getList(CHECKPOINT_DIRS).isEmpty()) {
      throw new ConfigException(
          CHECKPOINT_DIRS
              + ": give a checkpoint folder, or several with commas: kind "
              + kind.label()
              + " needs them");
    }
  }

  /**
   * Reads a properties file.
   *
   * @param file in UTF-8, {@code key=value} lines
   * @param overrides settings that win over those of the file
   * @throws IOException when the file cannot be read
   * @throws ConfigException when a setting is missing or out of its range; names the setting
   */
  public static WorkerConfig read(Path file, Map<String, String> overrides) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(reader);
    }
    Map<String, String> settings = new HashMap<>();
    properties.stringPropertyNames().forEach(key -> settings.put(key, properties.getProperty(key)));
    settings.putAll(overrides);
    return new WorkerConfig(settings);
  }

  /** The settings with their types, ranges, defaults and documentation. */
  public static ConfigDef definition() {
    return new ConfigDef(DEFINITION);
  }

  /** The topics read and written. */
  public Topics topics() {
    return new Topics(values.getString(TOPIC_PREFIX));
  }

  /** The consumer group: all workers of a representation share it. */
  public String groupId() {
    String group = values.getString(GROUP_ID);
    return group.isEmpty() ? "sluice-worker-" + representationId() : group;
  }

  /** The name under which representations are published. */
  public String representationId() {
    return values.getString(REPRESENTATION_ID);
  }

  /** How candidates' vectors are stored. */
  public FeatureEncoding encoding() {
    String encoding = values.getString(ENCODING);
    return encoding.isEmpty()
        ? Kind.of(values.getString(KIND)).defaultEncoding()
        : FeatureEncoding.valueOf(encoding);
  }

  /** What the representation is opened with. */
  public RepresentationSettings representationSettings() {
    return new RepresentationSettings(
        Kind.of(values.getString(KIND)),
        GradientForm.valueOf(values.getString(FORM).toUpperCase(Locale.ROOT)),
        Path.of(values.getString(MODEL_DIR)),
        values.getList(CHECKPOINT_DIRS).stream().map(Path::of).toList(),
        new CountSketch(values.getInt(DIMENSION), SKETCH_SEED),
        values.getInt(MAX_LENGTH));
  }

  /** How examples are computed. */
  public ComputeSettings computeSettings() {
    return new ComputeSettings(values.getInt(TOKENS_IN_FLIGHT), values.getBoolean(RECOMPUTE));
  }

  /** Records represented, published and committed together, at most. */
  public int batchRecords() {
    return values.getInt(BATCH_RECORDS);
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

  /** How long Kafka waits for the consumer's next poll before it takes the consumer for dead. */
  Duration maxPollInterval() {
    return Duration.ofMillis(
        new AbstractConfig(ConsumerConfig.configDef(), consumer(), false)
            .getInt(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG));
  }

  /** Keys that neither Sluice nor the Kafka clients nor the serdes know, sorted. */
  public Set<String> unknownKeys() {
    return kafka.unknownKeys();
  }

  /** Keys that are set though the worker's delivery guarantee fixes their values, sorted. */
  public Set<String> overruledKeys() {
    return kafka.overruledKeys();
  }

  /** What the consumer is given. */
  Map<String, Object> consumer() {
    return kafka.consumer(
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers(),
            ConsumerConfig.GROUP_ID_CONFIG, groupId()));
  }

  /** What a consumer is given that reads for itself alone. */
  Map<String, Object> consumerOutsideTheGroup() {
    Map<String, Object> settings = new HashMap<>(consumer());
    settings.keySet().removeAll(GROUP_KEYS);
    return settings;
  }

  /** What the producer is given. */
  Map<String, Object> producer() {
    return kafka.producer(Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers()));
  }

  /** What the Avro serdes are given. */
  Map<String, Object> serdes() {
    return kafka.serdes(Map.of(SCHEMA_REGISTRY_URL, values.getString(SCHEMA_REGISTRY_URL)));
  }

  private List<String> bootstrapServers() {
    return values.getList(BOOTSTRAP_SERVERS);
  }

  private static ConfigDef define() {
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
            MODEL_DIR,
            Type.STRING,
            ConfigDef.NO_DEFAULT_VALUE,
            new ConfigDef.NonEmptyString(),
            Importance.HIGH,
            "Folder of the base model as Hugging Face publishes it: config.json, model.safetensors,"
                + " tokenizer.json.")
        .define(
            CHECKPOINT_DIRS,
            Type.LIST,
            List.of(),
            SettingChecks.different("a checkpoint folder"),
            Importance.HIGH,
            "Folders of the warm-up checkpoints (PEFT LoRA adapter with optimizer moments), in the"
                + " order of training, separated by commas. Kind gradient needs at least one;"
                + " kind hidden-state uses none.")
        .define(
            REPRESENTATION_ID,
            Type.STRING,
            "default",
            SettingChecks.name(),
            Importance.HIGH,
            "Name of the representation that this deployment of workers makes. Target tasks name"
                + " the representation they want; those of another are left to its workers.")
        .define(
            TOPIC_PREFIX,
            Type.STRING,
            Topics.DEFAULT_PREFIX,
            SettingChecks.topicPrefix(),
            Importance.MEDIUM,
            "Put before the name of every topic.")
        .define(
            GROUP_ID,
            Type.STRING,
            "",
            Importance.MEDIUM,
            "Consumer group that the workers of one representation share. When empty:"
                + " sluice-worker- and the representation.id.")
        .define(
            KIND,
            Type.STRING,
            Kind.GRADIENT.label(),
            ValidString.in(Kind.labels().toArray(String[]::new)),
            Importance.MEDIUM,
            "What stands for an example: gradient, its loss's gradient at each checkpoint, or"
                + " hidden-state, the weighted mean of the base model's last hidden states.")
        .define(
            FORM,
            Type.STRING,
            "adam",
            ValidString.in("adam", "plain"),
            Importance.LOW,
            "A candidate's gradient: adam, as the step that the optimizer would take, or plain,"
                + " which needs no optimizer state. Without effect on other kinds.")
        .define(
            PROJECTION,
            Type.STRING,
            "sketch",
            SettingChecks.projection(),
            Importance.LOW,
            "How a gradient is made short enough to be stored: sketch, a seeded count-sketch.")
        .define(
            DIMENSION,
            Type.INT,
            Projection.DEFAULT_DIMENSION,
            SettingChecks.dimension(),
            Importance.MEDIUM,
            "Values of a projected vector, at most as many as the gradient has. More keep more of the gradient: spend bytes here rather"
                + " than on the encoding.")
        .define(
            ENCODING,
            Type.STRING,
            "",
            ValidString.in("", "SIGN", "INT4", "INT8", "FLOAT16"),
            Importance.MEDIUM,
            "How each value of a candidate's vector is stored, in 1, 4, 8 or 16 bits. When empty:"
                + " SIGN for gradients, FLOAT16 for hidden states. Queries are always stored in"
                + " full precision.")
        .define(
            MAX_LENGTH,
            Type.INT,
            RepresentationSettings.DEFAULT_MAX_LENGTH,
            Range.between(
                RepresentationSettings.MIN_MAX_LENGTH, RepresentationSettings.MAX_MAX_LENGTH),
            Importance.MEDIUM,
            "Tokens after which a candidate is cut, and a query's prompt and answer each.")
        .define(
            TOKENS_IN_FLIGHT,
            Type.INT,
            ComputeSettings.DEFAULT_TOKENS_IN_FLIGHT,
            Range.atLeast(1),
            Importance.MEDIUM,
            "Tokens of all the examples that are computed at a time: bounds the memory. A longer"
                + " example is computed alone; one that even alone finds too little memory becomes"
                + " a dead letter.")
        .define(
            RECOMPUTE,
            Type.BOOLEAN,
            false,
            Importance.LOW,
            "Whether the layers of a pass are computed again on the way back instead of being kept:"
                + " for long examples, about half of a pass's memory for a third more time.")
        .define(
            BATCH_RECORDS,
            Type.INT,
            32,
            Range.between(1, 10_000),
            Importance.LOW,
            "Records represented, published and committed together, at most. While one batch is"
                + " computed two more are fetched. After a crash at most one is published again.")
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
}
