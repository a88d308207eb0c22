package io.sluice.local.cli.service;

import io.sluice.local.cli.options.ConnectionOptions;
import io.sluice.local.cli.options.ListSettingsOption;
import io.sluice.local.cli.process.Shutdown;
import io.sluice.streams.api.StreamsApp;
import io.sluice.streams.config.StreamsAppConfig;
import io.sluice.streams.config.StreamsAppSettings;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code streams}: runs one instance of the streams-app until it is stopped. */
@Command(
    description = {
      "Run the streams-app, which keeps the selected subset of every target task up to date, until"
          + " Ctrl-C.",
      "Instances with the same application id share the work. The topics must exist; 'sluice topics'"
          + " creates them."
    },
    footer = {
      "",
      "Settings are read from the file of --config; environment variables override the file"
          + " (SLUICE_STREAMS_HTTP_PORT sets http.port), options override the environment, and --set"
          + " overrides all of them. Settings of Kafka Streams and its clients (num.stream.threads,"
          + " security.protocol, ssl.*, sasl.*, ...) are passed on to them."
    })
public final class StreamsCommand implements Service {
  @Spec private CommandSpec spec;
  @Mixin private ConnectionOptions connection;
  @Mixin private ListSettingsOption listSettings;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description =
          "Folder of the local state, which is rebuilt from Kafka if it is lost (default:"
              + " ~/.sluice/streams-state).")
  private Optional<String> stateDirectory;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description = "Port of the HTTP API; 0 chooses a free port (default: 8085).")
  private Optional<Integer> httpPort;

  private final Map<String, String> environment;

  /** Called by picocli. */
  public StreamsCommand() {
    this(System.getenv());
  }

  StreamsCommand(Map<String, String> environment) {
    this.environment = StreamsAppConfig.environment(environment);
  }

  @Override
  public Integer call() throws Exception {
    if (listSettings.isGiven()) {
      listSettings.print(StreamsAppConfig.definition());
      return ExitCode.OK;
    }
    StreamsAppConfig config =
        connection.configuration(environment, ownSettings(), StreamsAppConfig::new);
    try (StreamsApp app = StreamsApp.start(config)) {
      return Shutdown.runStoppable(Shutdown.SERVICE_LIMIT, app::close, () -> untilStopped(app));
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

  private Map<String, String> ownSettings() {
    Map<String, String> own = new HashMap<>();
    stateDirectory.ifPresent(folder -> own.put(StreamsAppSettings.STATE_DIR.key(), folder));
    httpPort.ifPresent(port -> own.put(StreamsAppSettings.HTTP_PORT.key(), port.toString()));
    return own;
  }
}
