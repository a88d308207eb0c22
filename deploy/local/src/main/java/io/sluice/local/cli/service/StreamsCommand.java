package io.sluice.local.cli.service;

import io.sluice.local.cli.options.KafkaOptions;
import io.sluice.local.cli.process.Shutdown;
import io.sluice.streams.api.StreamsApp;
import io.sluice.streams.config.StreamsAppConfig;
import io.sluice.streams.config.StreamsAppSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code streams}: runs one instance of the streams-app until it is stopped. */
@Command(
    description = {
      "Run the selection: keeps the subset of every target task exact until Ctrl-C.",
      "Instances of one application id share the work. The topics must exist: see 'topics'."
    },
    footer = {
      "",
      "Settings come from --config, over it from the environment (SLUICE_STREAMS_HTTP_PORT is"
          + " http.port), over it from the options, over all from --set. Settings of Kafka Streams"
          + " and its clients (num.stream.threads, security.protocol, ssl.*, sasl.*, ...) are"
          + " handed on to them."
    })
public final class StreamsCommand implements Service {
  @Spec private CommandSpec spec;
  @Mixin private KafkaOptions kafka;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description = "Directory of the local state (default: ~/.sluice/streams-state).")
  private Optional<String> stateDirectory;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description = "Port of the HTTP API, 0 for a free one (default: 8085).")
  private Optional<Integer> httpPort;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Any setting. No secrets: other users of the machine see them.")
  private Map<String, String> settings = Map.of();

  @Option(names = "--list-settings", description = "Print the streams-app's settings and stop.")
  private boolean listSettings;

  private final Map<String, String> environment;

  /** Made by the command line. */
  public StreamsCommand() {
    this(System.getenv());
  }

  StreamsCommand(Map<String, String> environment) {
    this.environment = StreamsAppConfig.environment(environment);
  }

  @Override
  public Integer call() throws Exception {
    if (listSettings) {
      printSettings(spec.commandLine().getOut());
      return ExitCode.OK;
    }
    try (StreamsApp app = StreamsApp.start(config())) {
      return Shutdown.runStoppable(app::close, () -> untilStopped(app));
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "the streams-app stopped: " + e.getCause().getMessage(), e.getCause());
    }
  }

  private int untilStopped(StreamsApp app) throws ExecutionException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    out.println("Streams-app started. Ctrl-C stops.");
    app.apiAddress().ifPresent(address -> out.printf("HTTP API at %s%n", address));
    out.flush();
    app.stopped().get();
    return ExitCode.OK;
  }

  private StreamsAppConfig config() throws IOException {
    Map<String, String> properties = new HashMap<>(kafka.properties(environment));
    stateDirectory.ifPresent(directory -> properties.put("state.dir", directory));
    httpPort.ifPresent(port -> properties.put(StreamsAppSettings.HTTP_PORT.key(), port.toString()));
    properties.putAll(settings);
    try {
      return new StreamsAppConfig(properties);
    } catch (ConfigException e) {
      throw new ParameterException(
          spec.commandLine(),
          e.getMessage()
              + " (settings come from --config FILE, from the environment, from options and from"
              + " --set)",
          e);
    }
  }

  private static void printSettings(PrintWriter out) {
    for (ConfigKey key : StreamsAppConfig.definition().configKeys().values()) {
      out.println(key.name);
      out.println("    " + key.documentation);
      out.println(
          "    "
              + (key.hasDefault() ? "default: " + defaultOf(key) : "required")
              + (key.validator == null ? "" : "; valid: " + key.validator));
    }
    out.flush();
  }

  private static String defaultOf(ConfigKey key) {
    String value = key.type == Type.PASSWORD ? "" : String.valueOf(key.defaultValue);
    return value.isEmpty() ? "none" : value;
  }
}
