package io.sluice.gpuworker.cli;

import io.sluice.gpuworker.representation.ExampleRepresenter;
import io.sluice.gpuworker.representation.Representer;
import io.sluice.gpuworker.worker.RepresentationWorker;
import io.sluice.gpuworker.worker.WorkerConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigException;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs one worker until it is stopped. */
@Command(
    name = "worker",
    description = {
      "Run a worker: represents candidates and the queries of target tasks until Ctrl-C.",
      "Workers of one representation id share the work. The worker uses a GPU where it finds one,"
          + " else the CPU."
    },
    footer = {
      "",
      "Settings come from --config, over it from the options, over both from --set. Settings of"
          + " Kafka's consumer and producer and of the Avro serdes (security.protocol, ssl.*,"
          + " sasl.*, basic.auth.*, ...) are handed on to them."
    })
public final class WorkerCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

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
      names = "--representation-id",
      paramLabel = "NAME",
      description = "Name of the representation that is made (default: default).")
  private Optional<String> representationId;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Folder of the base model, in Hugging Face format.")
  private Optional<String> model;

  @Option(
      names = "--checkpoint",
      paramLabel = "DIR",
      arity = "1..*",
      description = "Folders of its warm-up checkpoints (PEFT LoRA), in the order of training.")
  private List<String> checkpoints = List.of();

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      description = "gradient or hidden-state, which needs no checkpoint (default: gradient).")
  private Optional<String> kind;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Any setting. No secrets: other users of the machine see them.")
  private Map<String, String> settings = Map.of();

  @Option(names = "--list-settings", description = "Print the worker's settings and stop.")
  private boolean listSettings;

  private final Opener opener;

  /** Made by the command line. */
  public WorkerCommand() {
    this(
        config ->
            ExampleRepresenter.open(config.representationSettings(), config.computeSettings()));
  }

  WorkerCommand(Opener opener) {
    this.opener = opener;
  }

  /** Opens what computes the representations. */
  @FunctionalInterface
  interface Opener {
    /** Opens by settings. */
    Representer open(WorkerConfig config) throws IOException;
  }

  @Override
  public Integer call() throws IOException {
    if (listSettings) {
      printSettings(spec.commandLine().getOut());
      return ExitCode.OK;
    }
    WorkerConfig config = config();
    try (Representer representer = opener.open(config)) {
      run(config, representer);
    }
    return ExitCode.OK;
  }

  private void run(WorkerConfig config, Representer representer) {
    try (RepresentationWorker worker = new RepresentationWorker(config, representer)) {
      Thread stopping = new Thread(worker::close, "sluice-worker-stop");
      Runtime.getRuntime().addShutdownHook(stopping);
      try {
        worker.start();
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
            "Worker of representation %s on %s, fingerprint %s. Ctrl-C stops.%n",
            config.representationId(), representer.device(), representer.fingerprint());
        worker.metricsAddress().ifPresent(address -> out.printf("Metrics at %s%n", address));
        out.flush();
        worker.awaitEnd();
      } finally {
        remove(stopping);
      }
    }
  }

  private static void remove(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shutdownHasBegun) {
      // It is the hook that ended the worker.
    }
  }

  private WorkerConfig config() throws IOException {
    Map<String, String> given = new HashMap<>();
    bootstrapServers.ifPresent(value -> given.put(WorkerConfig.BOOTSTRAP_SERVERS, value));
    schemaRegistry.ifPresent(value -> given.put(WorkerConfig.SCHEMA_REGISTRY_URL, value));
    topicPrefix.ifPresent(value -> given.put(WorkerConfig.TOPIC_PREFIX, value));
    representationId.ifPresent(value -> given.put(WorkerConfig.REPRESENTATION_ID, value));
    model.ifPresent(value -> given.put(WorkerConfig.MODEL_DIR, value));
    kind.ifPresent(value -> given.put(WorkerConfig.KIND, value));
    if (!checkpoints.isEmpty()) {
      given.put(WorkerConfig.CHECKPOINT_DIRS, String.join(",", checkpoints));
    }
    given.putAll(settings);
    try {
      Optional<Path> file = config.or(() -> localStack(given));
      return file.isPresent() ? WorkerConfig.read(file.get(), given) : new WorkerConfig(given);
    } catch (ConfigException e) {
      throw new ParameterException(
          spec.commandLine(),
          e.getMessage() + " (settings come from --config FILE, from options and from --set)");
    }
  }

  /** What the local stack says of itself while it runs, unless another Kafka is named. */
  private static Optional<Path> localStack(Map<String, String> given) {
    Path properties =
        Path.of(System.getProperty("user.home"), ".sluice", "stack", "stack.properties");
    return given.containsKey(WorkerConfig.BOOTSTRAP_SERVERS)
        ? Optional.empty()
        : Optional.of(properties).filter(Files::exists);
  }

  private static void printSettings(PrintWriter out) {
    ConfigDef definition = WorkerConfig.definition();
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
