package io.sluice.gpuworker.trainer;

import io.sluice.gpuworker.launch.CommandTemplate;
import io.sluice.gpuworker.service.ServiceConfig;
import io.sluice.schemas.topic.Topics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/**
 * Everything that can be set for a trainer, checked.
 *
 * <p>{@link #definition()} documents each setting with its type, range and default. All other keys
 * belong to the Kafka clients or to the Avro serdes and are handed to them. Only keys are ever
 * logged or shown, no values, since values may be secrets.
 */
public final class TrainerConfig {
  /** The base model's folder. */
  public static final String MODEL_DIR = "model.dir";

  /** The folder of all jobs' folders. */
  public static final String OUTPUT_DIR = "output.dir";

  /** The launcher for jobs that name none. */
  public static final String LAUNCHER = "launcher";

  /** The consumer group. */
  public static final String GROUP_ID = "group.id";

  /** This trainer's name. */
  public static final String NAME = "trainer.name";

  /** How long it may be silent. */
  public static final String LEASE_MS = "lease.ms";

  /** Time between reports. */
  public static final String PROGRESS_MS = "progress.ms";

  /** Whether models are evaluated. */
  public static final String EVALUATE = "evaluate";

  /** The time limit of a training run. */
  public static final String TIME_LIMIT_SECONDS = "time.limit.seconds";

  /** How many trainers may take a job. */
  public static final String ATTEMPTS_MAX = "attempts.max";

  /** Steps between checkpoints. */
  public static final String CHECKPOINT_STEPS = "checkpoint.steps";

  /** Threads that compute. */
  public static final String THREADS = "threads";

  /** Tokens computed at a time. */
  public static final String TOKENS_IN_FLIGHT = "tokens.in.flight";

  /** The user's program. */
  public static final String COMMAND_LINE = "command.line";

  /** The Kubernetes Job. */
  public static final String KUBERNETES_TEMPLATE = "kubernetes.template";

  /** The namespace of Kubernetes Jobs. */
  public static final String KUBERNETES_NAMESPACE = "kubernetes.namespace";

  /** Patience with a cluster. */
  public static final String KUBERNETES_PATIENCE_SECONDS = "kubernetes.patience.seconds";

  private static final ConfigDef DEFINITION = TrainerSettings.define();

  /** What a trainer that died in the middle of a report holds up at most. */
  private static final int TRANSACTION_TIMEOUT_MS = 10_000;

  private static final int NAME_CHARACTERS = 8;
  private static final int BEATS_OF_A_LEASE = 10;

  private final AbstractConfig values;
  private final ServiceConfig service;
  private final String name;

  /**
   * Checks settings.
   *
   * @param settings values by key: strings as in a properties file, or already of the right type
   * @throws ConfigException when a setting is missing or out of its range; names the setting
   */
  public TrainerConfig(Map<String, ?> settings) {
    this.values = new AbstractConfig(DEFINITION, settings, false);
    this.service = new ServiceConfig(values, DEFINITION.names());
    if (values.getInt(PROGRESS_MS) >= values.getInt(LEASE_MS)) {
      throw new ConfigException(
          PROGRESS_MS, values.getInt(PROGRESS_MS), "use less than " + LEASE_MS);
    }
    this.name = values.getString(NAME).isEmpty() ? madeUpName() : values.getString(NAME);
  }

  /** The settings with their types, ranges, defaults and documentation. */
  public static ConfigDef definition() {
    return new ConfigDef(DEFINITION);
  }

  /** The topics read and written. */
  public Topics topics() {
    return service.topics();
  }

  /** The base model's folder. */
  public Path model() {
    return Path.of(values.getString(MODEL_DIR));
  }

  /** The folder of all jobs' folders. */
  public Path output() {
    return Path.of(values.getString(OUTPUT_DIR));
  }

  /** The launcher for jobs that name none. */
  public String launcher() {
    return values.getString(LAUNCHER);
  }

  /** The consumer group that all trainers share. */
  public String groupId() {
    String group = values.getString(GROUP_ID);
    return group.isEmpty() ? topics().prefix() + "trainer" : group;
  }

  /** This trainer's name in its reports. */
  public String name() {
    return name;
  }

  private static String madeUpName() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (IOException e) {
      host = "trainer";
    }
    return host + "-" + UUID.randomUUID().toString().substring(0, NAME_CHARACTERS);
  }

  /** How long it may be silent before another takes its job. */
  public Duration lease() {
    return Duration.ofMillis(values.getInt(LEASE_MS));
  }

  /** Time between two reports of progress. */
  public Duration reportEvery() {
    return Duration.ofMillis(values.getInt(PROGRESS_MS));
  }

  /** Whether models are evaluated. */
  public boolean evaluates() {
    return values.getBoolean(EVALUATE);
  }

  /** How long one training run may take; no limit when empty. */
  public Optional<Duration> timeLimit() {
    return Optional.of(Duration.ofSeconds(values.getLong(TIME_LIMIT_SECONDS)))
        .filter(limit -> !limit.isZero());
  }

  /** How many trainers may take a job, one after the other. */
  int attempts() {
    return values.getInt(ATTEMPTS_MAX);
  }

  /** Steps between checkpoints; 0 for those of epochs alone. */
  int checkpointSteps() {
    return values.getInt(CHECKPOINT_STEPS);
  }

  /** Threads that compute. */
  int threads() {
    int threads = values.getInt(THREADS);
    return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
  }

  /** Tokens computed at once on a thread. */
  int tokensInFlight() {
    return values.getInt(TOKENS_IN_FLIGHT);
  }

  /** The user's program; empty when none is set. */
  Optional<CommandTemplate> command() {
    return Optional.of(values.getString(COMMAND_LINE))
        .filter(line -> !line.isEmpty())
        .map(CommandTemplate::parse);
  }

  /** The file of the Kubernetes Job; empty when none is set. */
  Optional<Path> kubernetesTemplate() {
    return Optional.of(values.getString(KUBERNETES_TEMPLATE))
        .filter(file -> !file.isEmpty())
        .map(Path::of);
  }

  /** The namespace of Kubernetes Jobs; empty when none is set. */
  Optional<String> kubernetesNamespace() {
    return Optional.of(values.getString(KUBERNETES_NAMESPACE)).filter(name -> !name.isEmpty());
  }

  /** How long a cluster may be out of reach. */
  Duration kubernetesPatience() {
    return Duration.ofSeconds(values.getInt(KUBERNETES_PATIENCE_SECONDS));
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

  /** Keys that are set though the delivery guarantee fixes their values, sorted. */
  public Set<String> overruledKeys() {
    return service.overruledKeys();
  }

  /** What the consumer of jobs is given. */
  Map<String, Object> consumer() {
    Map<String, Object> own = new HashMap<>();
    own.put(ConsumerConfig.GROUP_ID_CONFIG, groupId());
    // A job that waits is another trainer's, should that have nothing to do.
    own.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
    if (service.isClassicGroup()) {
      own.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, (int) lease().toMillis());
      own.put(
          ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
          (int) (lease().toMillis() / BEATS_OF_A_LEASE));
    }
    return service.consumer(own);
  }

  /** What a consumer is given that reads for itself alone. */
  Map<String, Object> consumerOutsideTheGroup() {
    return service.consumerOutsideTheGroup();
  }

  /** What the producer of reports is given. */
  Map<String, Object> producer() {
    return service.producer(
        Map.of(
            ProducerConfig.TRANSACTIONAL_ID_CONFIG,
            topics().prefix() + "trainer-" + name(),
            ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
            TRANSACTION_TIMEOUT_MS,
            // The trainer polls on although Kafka takes no reports for a while.
            ProducerConfig.MAX_BLOCK_MS_CONFIG,
            TRANSACTION_TIMEOUT_MS));
  }

  /** What the Avro serdes are given. */
  Map<String, Object> serdes() {
    return service.serdes();
  }
}
