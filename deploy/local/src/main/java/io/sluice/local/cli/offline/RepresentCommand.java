package io.sluice.local.cli.offline;

import io.sluice.gpuworker.representation.ComputeSettings;
import io.sluice.gpuworker.representation.ExampleRepresenter;
import io.sluice.gpuworker.representation.ExampleRole;
import io.sluice.gpuworker.representation.RepresentationSettings;
import io.sluice.gpuworker.representation.Representer;
import io.sluice.local.cli.options.OutputFile;
import io.sluice.local.cli.options.ReadingOptions;
import io.sluice.local.console.WorkBar;
import io.sluice.schemas.file.ExampleFile;
import io.sluice.schemas.file.ExampleLine;
import io.sluice.schemas.file.NpyWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code represent}: computes the vectors of examples, without Kafka. */
@Command(
    mixinStandardHelpOptions = true,
    description = {
      "Represent candidates or queries, without Kafka.",
      "Writes a NumPy file of float32 with shape [examples, checkpoints, dimension]. Each vector has"
          + " unit length.",
      "Every line that is not blank has its vectors. A line that cannot be represented is reported"
          + " on standard error, its values are 0, and the exit code is 1 unless --skip-invalid is"
          + " given."
    })
public final class RepresentCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ModelOptions model;
  @Mixin private ReadingOptions reading;

  @Option(
      names = "--in",
      required = true,
      paramLabel = "FILE",
      description =
          "JSON lines of {\"id\"?, \"messages\"} or {\"prompts\", \"labels\"}, in any mixture, or a"
              + " task file ({\"task\", \"queries\": [{\"id\", \"messages\"}]}); plain, gzip or zstd."
              + " Candidates have any form that the command ingest reads, Parquet included.")
  private Path in;

  @Option(
      names = "--skip-invalid",
      description = "Exit with 0 even when lines cannot be represented.")
  private boolean skipInvalid;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "V.npy",
      description = "Where to write the vectors.")
  private Path out;

  private int failed;

  /** Created by picocli, which then sets the fields. */
  public RepresentCommand() {}

  @Override
  public Integer call() throws IOException {
    RepresentationSettings settings = model.settings();
    ComputeSettings compute = model.compute();
    OutputFile.requireWritable("--out", out);
    List<ExampleLine> lines = ExampleFile.read(in, reading.forms(List.of(in)));
    if (lines.isEmpty()) {
      throw new IOException(in + " contains no examples");
    }
    try (Representer representer = ExampleRepresenter.open(settings, compute)) {
      err().println("Device: " + representer.device());
      write(representer, lines);
    }
    return failed == 0 || skipInvalid ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private void write(Representer representer, List<ExampleLine> lines) throws IOException {
    int checkpoints = representer.checkpoints();
    int dimension = representer.dimension();
    try (ProgressBar progress = WorkBar.show("Represented", lines.size());
        NpyWriter vectors = NpyWriter.create(out, lines.size(), checkpoints, dimension)) {
      new LineRepresenter(representer, ExampleRole.CANDIDATE)
          .represent(
              lines,
              (line, outcome) -> {
                float[][] rows = new float[checkpoints][dimension];
                if (outcome instanceof Representer.Represented represented) {
                  rows = represented.rows();
                } else if (outcome instanceof Representer.Unusable unusable) {
                  failed++;
                  err()
                      .println(
                          in + ", " + LineRepresenter.describe(line) + ": " + unusable.reason());
                }
                for (float[] row : rows) {
                  vectors.write(row);
                }
                progress.step();
              });
    }
  }

  private PrintWriter err() {
    return spec.commandLine().getErr();
  }
}
