package io.sluice.local.cli.offline;

import io.sluice.gpuworker.finetune.Checkpointing;
import io.sluice.gpuworker.finetune.EncodedExamples;
import io.sluice.gpuworker.finetune.StepLog;
import io.sluice.gpuworker.finetune.TrainingOutcome;
import io.sluice.gpuworker.finetune.TrainingSettings;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.local.cli.options.ReadingOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code warmup}: trains the checkpoints at which gradients are computed. */
@Command(
    description = {
      "Train an adapter on a random sample of the candidates and save a checkpoint after each epoch."
          + " The worker computes gradients at these checkpoints (the warm-up of LESS).",
      "If a run is interrupted, the same command continues it."
    })
public final class WarmupCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--candidates",
      required = true,
      paramLabel = "FILE",
      description =
          "JSON lines, a JSON array or Parquet, in any form that the command ingest reads, such as"
              + " {\"id\", \"messages\"}; plain, gzip or zstd.")
  private Path candidates;

  @Option(
      names = "--fraction",
      defaultValue = "0.05",
      paramLabel = "SHARE",
      description =
          "Share of the candidates that is drawn at random, by --seed (default: ${DEFAULT-VALUE}).")
  private double fraction;

  @Option(
      names = "--limit",
      defaultValue = "" + Integer.MAX_VALUE,
      showDefaultValue = Visibility.NEVER,
      paramLabel = "N",
      description = "Maximum number of candidates that are drawn (default: no limit).")
  private int limit;

  @Option(
      names = "--epochs",
      defaultValue = "4",
      paramLabel = "N",
      description = "Passes over the sample, with one checkpoint each (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder to create for the checkpoints, checkpoint-STEP.")
  private Path out;

  @Mixin private TrainingOptions training;
  @Mixin private ReadingOptions reading;

  /** Created by picocli, which then sets the fields. */
  public WarmupCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (!(fraction > 0 && fraction <= 1) || limit < 1) {
      throw new ParameterException(
          spec.commandLine(),
          fraction > 0 && fraction <= 1
              ? "--limit " + limit + ": use 1 or more"
              : "--fraction " + fraction + ": use a value above 0, at most 1");
    }
    TrainingSettings settings = training.settings(training.newAdapter(), epochs);
    OfflineTraining run =
        new OfflineTraining(settings, training.textForm(), spec.commandLine().getErr());
    try (OutputFolder folder = OutputFolder.acquire(out)) {
      UnusableLines unusable = new UnusableLines(candidates, spec.commandLine().getErr());
      CandidateSample sample =
          CandidateSample.draw(
              candidates,
              reading.forms(List.of(candidates)),
              fraction,
              limit,
              settings.hyper().seed(),
              unusable);
      List<Text.Conversation> texts =
          sample.candidates().stream().map(Text.Conversation::of).toList();
      EncodedExamples examples = run.encode("Candidate drawn", texts);
      TrainingOutcome.Finished finished =
          run.train(examples, Checkpointing.eachEpoch(folder.partial()));
      folder.publish(folder.partial());
      report(sample, unusable, examples, finished);
      return training.exitCode(unusable, examples);
    }
  }

  private void report(
      CandidateSample sample,
      UnusableLines unusable,
      EncodedExamples examples,
      TrainingOutcome.Finished finished) {
    PrintWriter print = spec.commandLine().getOut();
    List<StepLog> log = finished.log();
    print.printf(
        "Trained on %d of %d candidates (%d lines of the file are not candidates), %d steps, loss"
            + " %.4f to %.4f.%n",
        examples.usable().size(),
        sample.pool(),
        unusable.count(),
        log.size(),
        log.get(0).loss(),
        log.get(log.size() - 1).loss());
    log.stream()
        .filter(step -> step.epoch() == Math.rint(step.epoch()))
        .forEach(step -> print.println(out.resolve("checkpoint-" + step.step())));
    print.flush();
  }
}
