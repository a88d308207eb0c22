package io.sluice.local.cli.job;

import io.sluice.local.cli.options.ConnectionOptions;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.dataset.FrozenDataset;
import io.sluice.streams.client.FineTuneJobs;
import io.sluice.streams.export.BaseModel;
import io.sluice.streams.export.DatasetExport;
import io.sluice.streams.export.ExampleFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
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
          + " examples in the same form; the whole job as manifest.json; and configurations for TRL,"
          + " Axolotl and LLaMA-Factory.",
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
      paramLabel = "NAME",
      defaultValue = "model",
      description =
          "The model that the configurations train: a folder or a name on Hugging Face. Default:"
              + " the folder '${DEFAULT-VALUE}' in DIR, where you have to put the model. If the job does"
              + " not say which layers get an adapter, the config.json of the folder decides; for a"
              + " name on Hugging Face, all linear layers get one.")
  private String model;

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
    DatasetExport.LeftOut leftOut =
        new DatasetExport(format.formats, BaseModel.of(model), includeRetracted)
            .write(dataset, out);
    FineTuneJob job = dataset.job();
    spec.commandLine()
        .getOut()
        .printf("job %s, %d examples selected: %s%n", job.getJobId(), job.getExamples(), out);
    if (!leftOut.trainers().isEmpty()) {
      spec.commandLine()
          .getErr()
          .printf(
              "There is no configuration for %s: some turns of the assistant have weight 0, and"
                  + " these trainers would learn them%n",
              String.join(" and ", leftOut.trainers()));
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
}
