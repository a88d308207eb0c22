package io.sluice.local.cli.options;

import io.sluice.schemas.connection.ConnectionSettings;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.connection.LocalStackFile;
import io.sluice.schemas.connection.SettingsFile;
import io.sluice.schemas.serde.RegistryOutage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.SerializationException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/**
 * The options that say which Kafka a command works on.
 *
 * <p>Properties come from {@code --config}; without it and without {@code --bootstrap-servers},
 * from the file that the local stack keeps in its data directory while it runs. Single options
 * override the file.
 */
public final class KafkaOptions {
  private static final String BOOTSTRAP = ConnectionSettings.BOOTSTRAP_SERVERS.key();
  private static final String REGISTRY = ConnectionSettings.SCHEMA_REGISTRY_URL.key();
  private static final String PREFIX = ConnectionSettings.TOPIC_PREFIX.key();

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT[,...]",
      description = "Kafka brokers. Default: the local stack that 'up' runs.")
  private Optional<String> bootstrapServers;

  @Option(
      names = "--schema-registry",
      paramLabel = "URL",
      description = "Schema registry with Confluent's API.")
  private Optional<String> schemaRegistry;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "Properties for Kafka's clients and the registry's, passed on as they are (TLS, SASL).")
  private Optional<Path> config;

  @Option(
      names = "--topic-prefix",
      paramLabel = "PREFIX",
      description = "Put before every topic name. Default: sluice.")
  private Optional<String> topicPrefix;

  private final LocalStackFile localStack;

  /** Made by the command line. */
  public KafkaOptions() {
    this(LocalStackFile.ofDefaultDirectory());
  }

  /** The local stack's file is elsewhere. */
  KafkaOptions(LocalStackFile localStack) {
    this.localStack = localStack;
  }

  /**
   * The properties that the options amount to: {@code bootstrap.servers}, {@code
   * schema.registry.url}, {@code topic.prefix} where given, and all of the file.
   *
   * @throws ParameterException when brokers or registry are not known
   * @throws IOException when the file cannot be read
   */
  public Map<String, String> properties() throws IOException {
    return properties(Map.of());
  }

  /**
   * The same, with properties that win over the file's and not over the single options.
   *
   * @param others properties from elsewhere, such as the environment
   * @throws ParameterException when brokers or registry are not known
   * @throws IOException when the file cannot be read
   */
  public Map<String, String> properties(Map<String, String> others) throws IOException {
    Map<String, String> given = new HashMap<>(others);
    bootstrapServers.ifPresent(value -> given.put(BOOTSTRAP, value));
    schemaRegistry.ifPresent(value -> given.put(REGISTRY, value));
    topicPrefix.ifPresent(value -> given.put(PREFIX, value));
    Map<String, String> properties =
        SettingsFile.merge(config.or(() -> localStack.unlessKafkaIsNamed(given)), given);
    if (!properties.containsKey(BOOTSTRAP)) {
      throw new ParameterException(
          spec.commandLine(),
          "no Kafka given and no local stack runs: give --bootstrap-servers and --schema-registry,"
              + " or --config, or start the local stack with 'up'");
    }
    if (!properties.containsKey(REGISTRY)) {
      throw new ParameterException(
          spec.commandLine(),
          "no schema registry given: give --schema-registry, or "
              + REGISTRY
              + " in the file of --config");
    }
    return properties;
  }

  /**
   * Clients of the Kafka that the options name; nothing is connected yet.
   *
   * @throws ParameterException when the options do not name one, or a setting is out of its range
   * @throws IOException when the properties file cannot be read
   */
  public KafkaAccess access() throws IOException {
    Map<String, String> properties = properties();
    try {
      return KafkaAccess.of(properties);
    } catch (ConfigException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  /**
   * Does work over the Kafka that the options name, once a broker has answered.
   *
   * @throws ParameterException when the options do not name one
   * @throws KafkaException when the broker or the registry fails, saying which
   */
  public <T> T use(Work<T> work) throws IOException, InterruptedException {
    KafkaAccess kafka = access();
    kafka.requireBroker();
    try {
      return work.over(kafka);
    } catch (SerializationException e) {
      throw RegistryOutage.isCauseOf(e) ? registrySilent(kafka.schemaRegistryUrl(), e) : e;
    }
  }

  private static KafkaException registrySilent(String url, SerializationException failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return new KafkaException(
        String.format(
            "no schema registry answers at %s (%s): is it running?", url, root.getMessage()),
        failure);
  }

  /** What a command does over Kafka. */
  public interface Work<T> {
    /** Does it. */
    T over(KafkaAccess kafka) throws IOException, InterruptedException;
  }
}
