package io.sluice.local.cli.service;

import io.sluice.gpuworker.trainer.Trainer;
import io.sluice.gpuworker.trainer.TrainerConfig;
import io.sluice.gpuworker.trainer.TrainerSettings;
import io.sluice.local.cli.options.ServiceOptions;
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

/** Runs one trainer until it is stopped. */
@Command(
    description = {
      "Run a trainer: takes fine-tune jobs one at a time, trains and evaluates until Ctrl-C.",
      "Trainers share the jobs. One that is stopped or dies in the middle of a job leaves it to the"
          + " next, which goes on from the last checkpoint in the output folder. 'results' shows"
          + " what came of the jobs."
    },
    footer = {
      "",
      "Settings come from --config, over it from the options, over both from --set. Settings of"
          + " Kafka's consumer and producer and of the Avro serdes (security.protocol, ssl.*,"
          + " sasl.*, basic.auth.*, ...) are handed on to them."
    })
public final class TrainerCommand implements Service {
  @Spec private CommandSpec spec;

  @Mixin private ServiceOptions options;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Folder of the base model that is fine-tuned, in Hugging Face format.")
  private Optional<String> model;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "Folder that gets a folder a job, with its models.")
  private Optional<String> output;

  @Option(
      names = "--launcher",
      paramLabel = "NAME",
      description = "Who trains jobs that name no launcher: builtin, command or kubernetes.")
  private Optional<String> launcher;

  @Option(
      names = "--command",
      paramLabel = "LINE",
      description =
          "The program of launcher command, with placeholders such as {dataset} and {output}.")
  private Optional<String> command;

  /** Made by the command line. */
  public TrainerCommand() {}

  @Override
  public Integer call() throws Exception {
    if (options.isListing()) {
      options.print(TrainerConfig.definition());
      return ExitCode.OK;
    }
    TrainerConfig config = options.config(own(), TrainerConfig::new);
    try (Trainer trainer = new Trainer(config)) {
      Shutdown.runStoppable(trainer::close, Executors.callable(() -> run(config, trainer)));
    }
    return ExitCode.OK;
  }

  private Map<String, String> own() {
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
    // A log that goes to a file or a collector needs no bar.
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
