package io.sluice.local.cli.job;

import io.sluice.local.cli.options.ConnectionOptions;
import io.sluice.local.export.ModelText;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.dataset.FrozenDataset;
import io.sluice.streams.client.FineTuneJobs;
import io.sluice.streams.export.BaseModel;
import io.sluice.streams.export.DatasetExport;
import io.sluice.streams.export.ExampleFormat;
import io.sluice.streams.export.TrainedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dataset}: writes the frozen examples of a job as files. */
@Command(
    description = {
      "Write the frozen dataset of a fine-tune job as a folder.",
      "The folder contains the examples in selection order as train.jsonl, with one"
          + " {\"messages\": [...]} per line; the random control, the queries and the held-out"
          + " examples in the same form; and the whole job as manifest.json.",
      "With --model, it also contains a folder for each of TRL, Axolotl and LLaMA-Factory, from"
          + " which the trainer trains on exactly the tokens that the examples were selected by.",
      "Examples that were retracted since the job fired are left out."
    })
public final class DatasetCommand implements Callable<Integer> {
  /** The forms in which examples are written, spelled as on the command line. */
  enum Format {
    jsonl(ExampleFormat.JSONL),
    parquet(ExampleFormat.PARQUET),
    both(ExampleFormat.JSONL, ExampleFormat.PARQUET);

    private final List<ExampleFormat> formats;

    Format(ExampleFormat... formats) {
      this.formats = List.of(formats);
    }
  }

  /** How many left out examples are reported one by one. */
  private static final int MAX_REPORTED = 10;

  @Spec private CommandSpec spec;
  @Mixin private ConnectionOptions connection;

  @Parameters(paramLabel = "JOB", description = "The job's id.")
  private String jobId;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "The folder to write; it must not exist yet.")
  private Path out;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "jsonl",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Format format;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description =
          "Folder of the model that is to be trained, for the folders of trainers: its tokenizer and"
              + " chat template, whose text form must be the job's, and config.json. Weights are not"
              + " read. The trainers can be given another path of the same model.")
  private Optional<Path> model = Optional.empty();

  @Option(
      names = "--include-retracted",
      description = "Include the examples that were retracted since the job fired.")
  private boolean includeRetracted;

  /** Created by picocli, which then sets the fields. */
  public DatasetCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    FrozenDataset dataset =
        connection.use(
            access -> {
              FineTuneJobs jobs = new FineTuneJobs(access);
              return jobs.dataset(jobs.find(jobId));
            });
    DatasetExport.LeftOut leftOut = write(dataset);
    FineTuneJob job = dataset.job();
    spec.commandLine()
        .getOut()
        .printf("job %s, %d examples selected: %s%n", job.getJobId(), job.getExamples(), out);
    leftOut.omissions().stream()
        .limit(MAX_REPORTED)
        .forEach(
            one ->
                spec.commandLine()
                    .getErr()
                    .printf(
                        "Left out for %s: example %s: %s%n",
                        one.trainers(), one.id(), one.reason()));
    if (leftOut.omissions().size() > MAX_REPORTED) {
      spec.commandLine()
          .getErr()
          .printf(
              "... and %d more: manifest.json lists them%n",
              leftOut.omissions().size() - MAX_REPORTED);
    }
    if (!leftOut.retracted().isEmpty()) {
      spec.commandLine()
          .getErr()
          .printf(
              "%d examples are left out because they were retracted since the job fired:"
                  + " manifest.json lists them%n",
              leftOut.retracted().size());
    }
    return 0;
  }

  private DatasetExport.LeftOut write(FrozenDataset dataset) throws IOException {
    if (model.isEmpty()) {
      return new DatasetExport(format.formats, Optional.empty(), includeRetracted)
          .write(dataset, out);
    }
    BaseModel base = BaseModel.of(model.get());
    try (ModelText text = ModelText.open(model.get(), dataset.job())) {
      if (text.isOtherTokenizer()) {
        spec.commandLine()
            .getErr()
            .printf(
                "%s has another tokenizer than the model that the examples were selected by: it is"
                    + " trained on the same messages, but on other tokens%n",
                model.get());
      }
      return new DatasetExport(
              format.formats, Optional.of(new TrainedModel(base, text)), includeRetracted)
          .write(dataset, out);
    }
  }
}
