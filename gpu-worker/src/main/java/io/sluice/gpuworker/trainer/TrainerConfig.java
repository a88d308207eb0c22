package io.sluice.gpuworker.trainer;

import io.sluice.gpuworker.finetune.TrainingCompute;
import io.sluice.gpuworker.launch.CommandTemplate;
import io.sluice.gpuworker.model.decoder.WeightSettings;
import io.sluice.gpuworker.service.ServiceConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/**
 * Everything that can be set for a trainer, checked.
 *
 * <p>{@link #definition()} documents each setting with its type, range and default. All other keys
 * belong to the Kafka clients or to the Avro serdes and are handed to them. Only keys are ever
 * logged or shown, no values, since values may be secrets.
 */
public final class TrainerConfig extends ServiceConfig {
  private static final ConfigDef DEFINITION = ServiceConfig.definition(TrainerSettings.all());

  /** What a trainer that died in the middle of a report holds up at most. */
  private static final int TRANSACTION_TIMEOUT_MS = 10_000;

  private static final int NAME_CHARACTERS = 8;
  private static final int BEATS_OF_A_LEASE = 10;

  private final String name;

  /**
   * Checks settings.
   *
   * @param settings values by key: strings as in a properties file, or already of the right type
   * @throws ConfigException when a setting is missing or out of its range; names the setting
   */
  public TrainerConfig(Map<String, ?> settings) {
    super(DEFINITION, settings);
    if (reportEvery().compareTo(lease()) >= 0) {
      throw new ConfigException(
          TrainerSettings.PROGRESS_MS.key(),
          reportEvery().toMillis(),
          "use less than " + TrainerSettings.LEASE_MS.key());
    }
    if (!isClassicGroup() && originals().containsKey(TrainerSettings.LEASE_MS.key())) {
      throw new ConfigException(
          "with group.protocol=consumer, the brokers decide how long a trainer may be silent: remove %s, and set consumer.session.timeout.ms of the group %s on the brokers"
              .formatted(TrainerSettings.LEASE_MS.key(), groupId()));
    }
    this.name = get(TrainerSettings.NAME).orElseGet(TrainerConfig::madeUpName);
  }

  /** The settings with their types, ranges, defaults and documentation. */
  public static ConfigDef definition() {
    return new ConfigDef(DEFINITION);
  }

  /** The base model's folder. */
  public Path model() {
    return get(TrainerSettings.MODEL_DIR);
  }

  /** The folder of all jobs' folders. */
  public Path output() {
    return get(TrainerSettings.OUTPUT_DIR);
  }

  /** The launcher for jobs that name none. */
  public String launcher() {
    return get(TrainerSettings.LAUNCHER);
  }

  /** The consumer group that all trainers share. */
  public String groupId() {
    return get(TrainerSettings.GROUP_ID).orElseGet(() -> topics().prefix() + "trainer");
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
    return get(TrainerSettings.LEASE_MS);
  }

  /** Time between two reports of progress. */
  public Duration reportEvery() {
    return get(TrainerSettings.PROGRESS_MS);
  }

  /** Whether models are evaluated. */
  public boolean evaluates() {
    return get(TrainerSettings.EVALUATE);
  }

  /** How long one training run may take; no limit when empty. */
  public Optional<Duration> timeLimit() {
    return get(TrainerSettings.TIME_LIMIT_SECONDS);
  }

  /** How many trainers may take a job, one after the other. */
  int attempts() {
    return get(TrainerSettings.ATTEMPTS_MAX);
  }

  /** Steps between checkpoints; 0 for those of epochs alone. */
  int checkpointSteps() {
    return get(TrainerSettings.CHECKPOINT_STEPS);
  }

  /** How builtin trains and models are evaluated. */
  TrainingCompute compute() {
    return new TrainingCompute(
        get(TrainerSettings.THREADS),
        get(TrainerSettings.TOKENS_IN_FLIGHT),
        get(TrainerSettings.DEVICES),
        new WeightSettings(get(TrainerSettings.DTYPE), get(TrainerSettings.COMPUTE)));
  }

  /** The user's program; empty when none is set. */
  Optional<CommandTemplate> command() {
    return get(TrainerSettings.COMMAND_LINE);
  }

  /** The file of the Kubernetes Job; empty when none is set. */
  Optional<Path> kubernetesTemplate() {
    return get(TrainerSettings.KUBERNETES_TEMPLATE);
  }

  /** The namespace of Kubernetes Jobs; empty when none is set. */
  Optional<String> kubernetesNamespace() {
    return get(TrainerSettings.KUBERNETES_NAMESPACE);
  }

  /** How long a cluster may be out of reach. */
  Duration kubernetesPatience() {
    return get(TrainerSettings.KUBERNETES_PATIENCE_SECONDS);
  }

  /** What the consumer of jobs is given. */
  Map<String, Object> consumer() {
    Map<String, Object> own = new HashMap<>();
    own.put(ConsumerConfig.GROUP_ID_CONFIG, groupId());
    // A job that waits is another trainer's, should that have nothing to do.
    own.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
    if (isClassicGroup()) {
      own.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, (int) lease().toMillis());
      own.put(
          ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
          (int) (lease().toMillis() / BEATS_OF_A_LEASE));
    }
    return serviceConsumer(own);
  }

  /** What the producer of reports is given. */
  Map<String, Object> producer() {
    return serviceProducer(
        Map.of(
            ProducerConfig.TRANSACTIONAL_ID_CONFIG,
            topics().prefix() + "trainer-" + name(),
            ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
            TRANSACTION_TIMEOUT_MS));
  }
}
