package io.sluice.local.cli.service;

import io.sluice.gpuworker.trainer.Trainer;
import io.sluice.gpuworker.trainer.TrainerConfig;
import io.sluice.gpuworker.trainer.TrainerSettings;
import io.sluice.local.cli.options.ConnectionOptions;
import io.sluice.local.cli.options.ListSettingsOption;
import io.sluice.local.cli.process.Shutdown;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code trainer}: runs one trainer until it is stopped. */
@Command(
    description = {
      "Run a trainer, which takes fine-tune jobs one at a time and trains and evaluates a model for"
          + " each, until Ctrl-C.",
      "Trainers share the jobs. If a trainer stops or fails in the middle of a job, another one"
          + " continues from the last checkpoint in the output folder. 'sluice results' shows the"
          + " results of the jobs."
    },
    footer = {
      "",
      "Settings are read from the file of --config; options override the file, and --set overrides"
          + " both. Settings of Kafka's consumer and producer and of the Avro serdes"
          + " (security.protocol, ssl.*, sasl.*, basic.auth.*, ...) are passed on to them."
    })
public final class TrainerCommand implements Service {
  @Spec private CommandSpec spec;
  @Mixin private ConnectionOptions connection;
  @Mixin private ListSettingsOption listSettings;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Folder of the base model to fine-tune, in Hugging Face format.")
  private Optional<String> model;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "Folder for the trained models; each job gets a folder in it.")
  private Optional<String> output;

  @Option(
      names = "--launcher",
      paramLabel = "NAME",
      description =
          "Launcher of the jobs that name none: builtin trains in this process, command starts a"
              + " program, kubernetes creates a Job in a cluster.")
  private Optional<String> launcher;

  @Option(
      names = "--command",
      paramLabel = "LINE",
      description =
          "Program that the launcher 'command' starts, with its arguments and placeholders such as"
              + " {dataset} and {output}.")
  private Optional<String> command;

  /** Called by picocli. */
  public TrainerCommand() {}

  @Override
  public Integer call() throws Exception {
    if (listSettings.isGiven()) {
      listSettings.print(TrainerConfig.definition());
      return ExitCode.OK;
    }
    TrainerConfig config = connection.configuration(ownSettings(), TrainerConfig::new);
    try (Trainer trainer = new Trainer(config)) {
      Shutdown.runStoppable(
          Shutdown.SERVICE_LIMIT, trainer::close, Executors.callable(() -> run(config, trainer)));
    }
    return ExitCode.OK;
  }

  private Map<String, String> ownSettings() {
    Map<String, String> own = new HashMap<>();
    model.ifPresent(value -> own.put(TrainerSettings.MODEL_DIR.key(), value));
    output.ifPresent(value -> own.put(TrainerSettings.OUTPUT_DIR.key(), value));
    launcher.ifPresent(value -> own.put(TrainerSettings.LAUNCHER.key(), value));
    command.ifPresent(value -> own.put(TrainerSettings.COMMAND_LINE.key(), value));
    return own;
  }

  private void run(TrainerConfig config, Trainer trainer) {
    trainer.start();
    PrintWriter out = spec.commandLine().getOut();
    out.printf("Trainer %s of group %s. Ctrl-C stops.%n", config.name(), config.groupId());
    trainer.metricsAddress().ifPresent(address -> out.printf("Metrics at %s%n", address));
    out.flush();
    // Without a console, the log goes to a file or a collector, where a bar would be noise.
    if (System.console() == null) {
      trainer.awaitEnd();
    } else {
      try (TrainerBar bar = new TrainerBar(trainer::status)) {
        bar.start();
        trainer.awaitEnd();
      }
    }
  }
}
