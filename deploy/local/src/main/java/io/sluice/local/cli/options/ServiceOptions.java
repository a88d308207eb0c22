package io.sluice.local.cli.options;

import io.sluice.schemas.connection.ConnectionSettings;
import io.sluice.schemas.connection.LocalStackFile;
import io.sluice.schemas.connection.SettingsFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The options of every command that runs a service: where its settings come from. */
public final class ServiceOptions {
  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Properties file with settings: see --list-settings.")
  private Optional<Path> config;

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT,...",
      description = "Kafka brokers. Default: the local stack that 'up' runs.")
  private Optional<String> bootstrapServers;

  @Option(
      names = "--schema-registry",
      paramLabel = "URL",
      description = "Schema registry with Confluent's API.")
  private Optional<String> schemaRegistry;

  @Option(
      names = "--topic-prefix",
      paramLabel = "PREFIX",
      description = "Put before every topic name (default: sluice.).")
  private Optional<String> topicPrefix;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Any setting. No secrets: other users of the machine see them.")
  private Map<String, String> settings = Map.of();

  @Option(names = "--list-settings", description = "Print the settings and stop.")
  private boolean listSettings;

  /** Makes a configuration of settings. */
  public interface Maker<T> {
    /** Of settings by key. */
    T of(Map<String, String> settings);
  }

  /** Whether the settings are to be printed, and nothing else done. */
  public boolean isListing() {
    return listSettings;
  }

  /**
   * The configuration that file, options and settings amount to.
   *
   * @param own what the command's own options say, by setting
   * @throws ParameterException when a setting is missing or out of its range
   * @throws IOException when the file cannot be read
   */
  public <T> T config(Map<String, String> own, Maker<T> maker) throws IOException {
    Map<String, String> given = new HashMap<>(own);
    bootstrapServers.ifPresent(
        value -> given.put(ConnectionSettings.BOOTSTRAP_SERVERS.key(), value));
    schemaRegistry.ifPresent(
        value -> given.put(ConnectionSettings.SCHEMA_REGISTRY_URL.key(), value));
    topicPrefix.ifPresent(value -> given.put(ConnectionSettings.TOPIC_PREFIX.key(), value));
    given.putAll(settings);
    LocalStackFile localStack = LocalStackFile.ofDefaultDirectory();
    Map<String, String> all =
        SettingsFile.merge(config.or(() -> localStack.unlessKafkaIsNamed(given)), given);
    try {
      return maker.of(all);
    } catch (ConfigException e) {
      throw new ParameterException(
          spec.commandLine(),
          e.getMessage() + " (settings come from --config FILE, from options and from --set)");
    }
  }

  /** Prints what can be set. */
  public void print(ConfigDef definition) {
    PrintWriter out = spec.commandLine().getOut();
    for (ConfigKey key : definition.configKeys().values()) {
      out.println(key.name);
      out.println("    " + key.documentation);
      out.println(
          "    "
              + (key.hasDefault() ? "default: " + key.defaultValue : "required")
              + (key.validator == null ? "" : "; valid: " + key.validator));
    }
    out.flush();
  }
}
