package io.sluice.local.cli.offline;

import io.sluice.gpuworker.representation.ExampleRepresenter;
import io.sluice.gpuworker.representation.ExampleRole;
import io.sluice.gpuworker.representation.RepresentationSettings;
import io.sluice.gpuworker.representation.Representer;
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

/** {@code represent}: the vectors of examples, without Kafka. */
@Command(
    mixinStandardHelpOptions = true,
    description = {
      "Represents candidates or queries, without Kafka.",
      "Writes a NumPy file of float32, shape [examples, checkpoints, dimension]: a vector of unit"
          + " length a checkpoint.",
      "Every line that is not blank has its vectors. One that cannot be represented is told on"
          + " standard error; its values are 0, and the exit code is 1 unless --skip-invalid."
    })
public final class RepresentCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ModelOptions model;

  @Option(
      names = "--in",
      required = true,
      paramLabel = "FILE",
      description =
          "JSON lines, mixed at will, of {\"id\"?, \"messages\"} and {\"prompts\", \"labels\"}, or"
              + " a task file ({\"task\", \"queries\": [{\"id\", \"messages\"}]}); plain or gzip.")
  private Path in;

  @Option(names = "--skip-invalid", description = "Examples without vectors are no failure.")
  private boolean skipInvalid;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "V.npy",
      description = "Where to write the vectors.")
  private Path out;

  private int failed;

  /** Made by the command line. */
  public RepresentCommand() {}

  @Override
  public Integer call() throws IOException {
    RepresentationSettings settings = model.settings();
    OutputFile.require(out);
    List<ExampleLine> lines = ExampleFile.read(in);
    if (lines.isEmpty()) {
      throw new IOException(in + " has no examples");
    }
    try (Representer representer = ExampleRepresenter.open(settings)) {
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
      new Lines(representer, ExampleRole.CANDIDATE)
          .represent(
              lines,
              (line, outcome) -> {
                float[][] rows = new float[checkpoints][dimension];
                if (outcome instanceof Representer.Represented represented) {
                  rows = represented.rows();
                } else if (outcome instanceof Representer.Unusable unusable) {
                  failed++;
                  err().println(in + ", " + Lines.place(line) + ": " + unusable.reason());
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
