package io.sluice.gpuworker.worker;

import io.sluice.gpuworker.representation.ComputeSettings;
import io.sluice.gpuworker.representation.CountSketch;
import io.sluice.gpuworker.representation.GradientForm;
import io.sluice.gpuworker.representation.RepresentationKind;
import io.sluice.gpuworker.representation.RepresentationSettings;
import io.sluice.gpuworker.service.ServiceConfig;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.topic.Topics;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
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
  public static final String BOOTSTRAP_SERVERS = ServiceConfig.BOOTSTRAP_SERVERS;

  /** Where the schema registry is. */
  public static final String SCHEMA_REGISTRY_URL = ServiceConfig.SCHEMA_REGISTRY_URL;

  /** Put before the name of every topic. */
  public static final String TOPIC_PREFIX = ServiceConfig.TOPIC_PREFIX;

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
  public static final String METRICS_PORT = ServiceConfig.METRICS_PORT;

  /** The address that metrics and health are served at. */
  public static final String METRICS_HOST = ServiceConfig.METRICS_HOST;

  /** All of Sluice sketches with one seed, so that vectors can be compared everywhere. */
  private static final long SKETCH_SEED = 0;

  private static final ConfigDef DEFINITION = WorkerSettings.define();

  private final AbstractConfig values;
  private final ServiceConfig service;

  /**
   * Checks settings.
   *
   * @param settings values by key: strings as in a properties file, or already of the right type
   * @throws ConfigException when a setting is missing or out of its range; names the setting
   */
  public WorkerConfig(Map<String, ?> settings) {
    this.values = new AbstractConfig(DEFINITION, settings, false);
    requireCheckpoints();
    this.service = new ServiceConfig(values, DEFINITION.names());
  }

  private void requireCheckpoints() {
    RepresentationKind kind = RepresentationKind.of(values.getString(KIND));
    if (kind.needsCheckpoints() && values.getList(CHECKPOINT_DIRS).isEmpty()) {
      throw new ConfigException(
          CHECKPOINT_DIRS
              + ": give a checkpoint folder, or several with commas: kind "
              + kind.label()
              + " needs them");
    }
  }

  /** The settings with their types, ranges, defaults and documentation. */
  public static ConfigDef definition() {
    return new ConfigDef(DEFINITION);
  }

  /** The topics read and written. */
  public Topics topics() {
    return service.topics();
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
        ? RepresentationKind.of(values.getString(KIND)).defaultEncoding()
        : FeatureEncoding.valueOf(encoding);
  }

  /** What the representation is opened with. */
  public RepresentationSettings representationSettings() {
    return new RepresentationSettings(
        RepresentationKind.of(values.getString(KIND)),
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
    return service.metricsAddress();
  }

  /** How long Kafka waits for the consumer's next poll before it takes the consumer for dead. */
  Duration maxPollInterval() {
    return service.maxPollInterval();
  }

  /** Keys that neither Sluice nor the Kafka clients nor the serdes know, sorted. */
  public Set<String> unknownKeys() {
    return service.unknownKeys();
  }

  /** Keys that are set though the worker's delivery guarantee fixes their values, sorted. */
  public Set<String> overruledKeys() {
    return service.overruledKeys();
  }

  /** What the consumer is given. */
  Map<String, Object> consumer() {
    return service.consumer(Map.of(ConsumerConfig.GROUP_ID_CONFIG, groupId()));
  }

  /** What a consumer is given that reads for itself alone. */
  Map<String, Object> consumerOutsideTheGroup() {
    return service.consumerOutsideTheGroup();
  }

  /** What the producer is given. */
  Map<String, Object> producer() {
    return service.producer(Map.of());
  }

  /** What the Avro serdes are given. */
  Map<String, Object> serdes() {
    return service.serdes();
  }
}
