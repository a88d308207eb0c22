package io.sluice.local.cli.offline;

import io.sluice.gpuworker.finetune.Checkpointing;
import io.sluice.gpuworker.finetune.EncodedExamples;
import io.sluice.gpuworker.finetune.FineTuneMethod;
import io.sluice.gpuworker.finetune.StepLog;
import io.sluice.gpuworker.finetune.TrainingOutcome;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.local.cli.options.ReadingOptions;
import io.sluice.schemas.file.ExampleFile;
import io.sluice.schemas.file.ExampleLine;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code train}: fine-tunes a model once, without Kafka. */
@Command(
    description = {
      "Fine-tune a model on a file of examples, without Kafka: an adapter, or all weights.",
      "If a run is interrupted, the same command continues it."
    })
public final class TrainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE",
      description =
          "JSON lines of {\"messages\"}, whose assistant turns are learned, or of {\"prompts\","
              + " \"labels\"}; plain, gzip or zstd."
              + " Candidates have any form that the command ingest reads, Parquet included.")
  private Path data;

  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description = "An adapter whose training is continued, instead of a new one.")
  private Optional<Path> adapter = Optional.empty();

  @Option(names = "--full", description = "Train all weights instead of an adapter.")
  private boolean full;

  @Option(
      names = "--epochs",
      defaultValue = "2",
      paramLabel = "N",
      description = "Passes over the examples (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder to create for the adapter, or for the model with --full.")
  private Path out;

  @Mixin private TrainingOptions training;
  @Mixin private ReadingOptions reading;

  /** Created by picocli, which then sets the fields. */
  public TrainCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (full && adapter.isPresent()) {
      throw new ParameterException(
          spec.commandLine(), "--full trains all weights, --adapter an adapter: give one of them");
    }
    PrintWriter err = spec.commandLine().getErr();
    OfflineTraining run =
        new OfflineTraining(training.settings(method(), epochs), training.textForm(), err);
    try (OutputFolder folder = OutputFolder.acquire(out)) {
      UnusableLines unusable = new UnusableLines(data, err);
      EncodedExamples examples = run.encode("Example", texts(unusable));
      TrainingOutcome.Finished finished =
          run.train(examples, Checkpointing.latest(folder.partial()));
      folder.publish(finished.checkpoint());
      report(examples, finished.log());
      return training.exitCode(unusable, examples);
    }
  }

  private void report(EncodedExamples examples, List<StepLog> log) {
    PrintWriter print = spec.commandLine().getOut();
    print.printf(
        "Trained on %d examples, %d steps, loss %.4f to %.4f: %s%n",
        examples.usable().size(),
        log.size(),
        log.get(0).loss(),
        log.get(log.size() - 1).loss(),
        out);
    print.flush();
  }

  private FineTuneMethod method() throws IOException {
    if (full) {
      return training.allWeights();
    }
    return adapter.isPresent() ? training.givenAdapter(adapter.get()) : training.newAdapter();
  }

  private List<Text> texts(UnusableLines unusable) throws IOException {
    List<Text> texts = new ArrayList<>();
    for (ExampleLine line : ExampleFile.read(data, reading.forms(List.of(data)))) {
      LineRepresenter.text(line).ifPresent(texts::add);
      if (line instanceof ExampleLine.Invalid invalid) {
        unusable.add(invalid.place(), invalid.reason());
      }
    }
    unusable.finish();
    if (texts.isEmpty()) {
      throw new IOException(
          data
              + " contains no example: it needs lines of {\"messages\": [...]} or of {\"prompts\","
              + " \"labels\"}"
              + unusable.summary());
    }
    return texts;
  }
}
