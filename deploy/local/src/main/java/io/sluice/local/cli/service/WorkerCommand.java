package io.sluice.local.cli.service;

import io.sluice.gpuworker.representation.ExampleRepresenter;
import io.sluice.gpuworker.representation.Representer;
import io.sluice.gpuworker.worker.RepresentationWorker;
import io.sluice.gpuworker.worker.WorkerConfig;
import io.sluice.gpuworker.worker.WorkerSettings;
import io.sluice.local.cli.options.ConnectionOptions;
import io.sluice.local.cli.options.ListSettingsOption;
import io.sluice.local.cli.process.Shutdown;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code worker}: runs one worker until it is stopped. */
@Command(
    description = {
      "Run a worker, which computes the representations of candidates and of the queries of target"
          + " tasks, until Ctrl-C.",
      "Workers with the same representation id share the work. A worker runs on a GPU if it finds"
          + " one, otherwise on the CPU."
    },
    footer = {
      "",
      "Settings are read from the file of --config; options override the file, and --set overrides"
          + " both. Settings of Kafka's consumer and producer and of the Avro serdes"
          + " (security.protocol, ssl.*, sasl.*, basic.auth.*, ...) are passed on to them."
    })
public final class WorkerCommand implements Service {
  @Spec private CommandSpec spec;
  @Mixin private ConnectionOptions connection;
  @Mixin private ListSettingsOption listSettings;

  @Option(
      names = "--representation-id",
      paramLabel = "NAME",
      description = "Name under which representations are published (default: default).")
  private Optional<String> representationId;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description =
          "Folder of the base model, in Hugging Face format. For kind embedding: of a"
              + " sentence-transformers model with an ONNX export (default: the bundled"
              + " all-MiniLM-L6-v2).")
  private Optional<String> model;

  @Option(
      names = "--checkpoint",
      paramLabel = "DIR",
      arity = "1..*",
      description =
          "Folders of the model's warm-up checkpoints (PEFT LoRA adapters), in the order of training;"
              + " kind gradient needs at least one.")
  private List<String> checkpoints = List.of();

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      description =
          "What represents an example: gradient, or hidden-state or embedding, which need no"
              + " checkpoint (default: gradient).")
  private Optional<String> kind;

  private final Opener opener;

  /** Called by picocli. */
  public WorkerCommand() {
    this(
        config ->
            ExampleRepresenter.open(config.representationSettings(), config.computeSettings()));
  }

  WorkerCommand(Opener opener) {
    this.opener = opener;
  }

  /** Loads the model that computes the representations. */
  @FunctionalInterface
  interface Opener {
    Representer open(WorkerConfig config) throws IOException;
  }

  @Override
  public Integer call() throws Exception {
    if (listSettings.isGiven()) {
      listSettings.print(WorkerConfig.definition());
      return ExitCode.OK;
    }
    WorkerConfig config = connection.configuration(ownSettings(), WorkerConfig::new);
    try (Representer representer = opener.open(config)) {
      run(config, representer);
    }
    return ExitCode.OK;
  }

  private void run(WorkerConfig config, Representer representer) throws Exception {
    try (RepresentationWorker worker = new RepresentationWorker(config, representer)) {
      Shutdown.runStoppable(
          Shutdown.SERVICE_LIMIT,
          worker::close,
          Executors.callable(() -> run(config, representer, worker)));
    }
  }

  private void run(WorkerConfig config, Representer representer, RepresentationWorker worker) {
    worker.start();
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "Worker of representation %s on %s, fingerprint %s. Ctrl-C stops.%n",
        config.representationId(), representer.device(), representer.fingerprint());
    worker.metricsAddress().ifPresent(address -> out.printf("Metrics at %s%n", address));
    out.flush();
    worker.awaitEnd();
  }

  private Map<String, String> ownSettings() {
    Map<String, String> own = new HashMap<>();
    representationId.ifPresent(value -> own.put(WorkerSettings.REPRESENTATION_ID.key(), value));
    model.ifPresent(value -> own.put(WorkerSettings.MODEL_DIR.key(), value));
    kind.ifPresent(value -> own.put(WorkerSettings.KIND.key(), value));
    if (!checkpoints.isEmpty()) {
      own.put(WorkerSettings.CHECKPOINT_DIRS.key(), String.join(",", checkpoints));
    }
    return own;
  }
}
