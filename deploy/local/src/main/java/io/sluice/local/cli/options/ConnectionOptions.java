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
import java.util.function.Function;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/**
 * The options that every command which talks to Kafka has: they say where Kafka and the schema
 * registry are, and set anything else that the clients or the service need.
 *
 * <p>Settings come from the file of {@code --config}. Without that option and unless {@code
 * bootstrap.servers} is given elsewhere, they come from the file that a running local stack keeps
 * in its data directory. The command's own settings override the file, the options for single
 * settings override those, and {@code --set} overrides everything.
 */
public final class ConnectionOptions {
  private static final String BOOTSTRAP = ConnectionSettings.BOOTSTRAP_SERVERS.key();
  private static final String REGISTRY = ConnectionSettings.SCHEMA_REGISTRY_URL.key();
  private static final String PREFIX = ConnectionSettings.TOPIC_PREFIX.key();

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "Properties file with settings: addresses, security (TLS, SASL), and any other setting of"
              + " Sluice, of Kafka's clients or of the schema registry's client.")
  private Optional<Path> config;

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT[,...]",
      description =
          "Kafka brokers to connect to first (default: the local stack that 'sluice up' runs).")
  private Optional<String> bootstrapServers;

  @Option(
      names = "--schema-registry",
      paramLabel = "URL",
      description = "Address of a schema registry with Confluent's API.")
  private Optional<String> schemaRegistry;

  @Option(
      names = "--topic-prefix",
      paramLabel = "PREFIX",
      description = "Prefix of every topic name (default: sluice.).")
  private Optional<String> topicPrefix;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Set any setting, whatever the file and the other options say; may be repeated. Do not"
              + " pass secrets: other users of this machine can see them.")
  private Map<String, String> settings = Map.of();

  private static final String NOWHERE = "localhost:1";

  private final LocalStackFile localStack;

  /** Called by picocli. */
  public ConnectionOptions() {
    this(LocalStackFile.ofDefaultDirectory());
  }

  ConnectionOptions(LocalStackFile localStack) {
    this.localStack = localStack;
  }

  /**
   * The configuration of a service, checked.
   *
   * @param own settings by key that the options of the command stand for
   * @param constructor creates the configuration from all settings by key
   * @throws ParameterException if Kafka or the schema registry is not given, or if a setting is
   *     missing or out of its range
   * @throws IOException if the properties file cannot be read
   */
  public <T> T configuration(Map<String, String> own, Function<Map<String, String>, T> constructor)
      throws IOException {
    return configuration(Map.of(), own, constructor);
  }

  /**
   * The configuration of a service that also reads environment variables, checked.
   *
   * @param environment settings by key from environment variables; they override the file
   * @param own settings by key that the options of the command stand for
   * @param constructor creates the configuration from all settings by key
   * @throws ParameterException if Kafka or the schema registry is not given, or if a setting is
   *     missing or out of its range
   * @throws IOException if the properties file cannot be read
   */
  public <T> T configuration(
      Map<String, String> environment,
      Map<String, String> own,
      Function<Map<String, String>, T> constructor)
      throws IOException {
    Map<String, String> overrides = new HashMap<>(environment);
    overrides.putAll(own);
    Map<String, String> all = settings(overrides);
    try {
      return constructor.apply(all);
    } catch (ConfigException e) {
      throw new ParameterException(
          spec.commandLine(),
          String.format(
              "%s (settings come from the file of --config, %sfrom options and from --set)",
              e.getMessage(), environment.isEmpty() ? "" : "from environment variables, "),
          e);
    }
  }

  /**
   * All settings by key.
   *
   * @param others settings that override the file, but not the options
   * @throws ParameterException if Kafka or the schema registry is not given
   * @throws IOException if the properties file cannot be read
   */
  Map<String, String> settings(Map<String, String> others) throws IOException {
    Map<String, String> given = new HashMap<>(others);
    given.putAll(options());
    Map<String, String> all =
        SettingsFile.merge(config.or(() -> localStack.unlessKafkaIsNamed(given)), given);
    if (!all.containsKey(BOOTSTRAP)) {
      throw new ParameterException(
          spec.commandLine(),
          "no Kafka given and no local stack runs: give --bootstrap-servers and --schema-registry,"
              + " or --config, or start the local stack with 'sluice up'");
    }
    if (!all.containsKey(REGISTRY)) {
      throw new ParameterException(
          spec.commandLine(),
          "no schema registry given: give --schema-registry, or "
              + REGISTRY
              + " in the file of --config");
    }
    return all;
  }

  private Map<String, String> options() {
    Map<String, String> options = new HashMap<>();
    bootstrapServers.ifPresent(value -> options.put(BOOTSTRAP, value));
    schemaRegistry.ifPresent(value -> options.put(REGISTRY, value));
    topicPrefix.ifPresent(value -> options.put(PREFIX, value));
    options.putAll(settings);
    return options;
  }

  /**
   * The configuration of a service that is not started, checked. Kafka and the schema registry need
   * not be given if nothing says anything of them, see {@link #isGiven}.
   *
   * @param own settings by key that the options of the command stand for
   * @param constructor creates the configuration from all settings by key
   * @throws ParameterException if a setting is missing or out of its range
   * @throws IOException if the properties file cannot be read
   */
  public <T> T configurationWithoutKafka(
      Map<String, String> own, Function<Map<String, String>, T> constructor) throws IOException {
    if (isGiven()) {
      return configuration(own, constructor);
    }
    // Configurations have addresses, but nothing connects to these.
    Map<String, String> all = new HashMap<>(own);
    all.put(BOOTSTRAP, NOWHERE);
    all.put(REGISTRY, "http://" + NOWHERE);
    return configuration(all, constructor);
  }

  /**
   * Whether the options say anything of a Kafka or a schema registry, or the local stack runs. If
   * not, a command that can do without them need not refuse to run.
   */
  public boolean isGiven() {
    Map<String, String> options = options();
    return config.isPresent()
        || options.containsKey(BOOTSTRAP)
        || options.containsKey(REGISTRY)
        || localStack.unlessKafkaIsNamed(options).isPresent();
  }

  /**
   * Creates access to Kafka as the options describe it. Nothing is connected yet.
   *
   * @throws ParameterException if Kafka or the schema registry is not given, or if a setting is out
   *     of its range
   * @throws IOException if the properties file cannot be read
   */
  public KafkaAccess access() throws IOException {
    return configuration(Map.of(), KafkaAccess::of);
  }

  /**
   * Runs work that needs Kafka, after a broker has responded.
   *
   * @throws ParameterException if Kafka or the schema registry is not given, or if a setting is out
   *     of its range
   * @throws KafkaException if the broker or the registry fails; the message says which
   */
  public <T> T use(Work<T> work) throws IOException, InterruptedException {
    KafkaAccess kafka = access();
    kafka.requireBroker();
    try {
      return work.run(kafka);
    } catch (KafkaException e) {
      throw RegistryOutage.isCauseOf(e)
          ? new KafkaException(
              "the schema registry at "
                  + kafka.schemaRegistryUrl()
                  + " "
                  + RegistryOutage.describe(e),
              e)
          : kafka.explain(e);
    }
  }

  /** Work of a command that needs Kafka. */
  @FunctionalInterface
  public interface Work<T> {
    /** Runs in the command's thread; the access is valid for the whole run. */
    T run(KafkaAccess kafka) throws IOException, InterruptedException;
  }
}
