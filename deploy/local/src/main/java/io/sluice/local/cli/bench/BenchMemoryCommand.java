package io.sluice.local.cli.bench;

import io.sluice.gpuworker.device.DeviceChoice;
import io.sluice.gpuworker.device.DeviceSettings;
import io.sluice.gpuworker.model.Tokens;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import io.sluice.gpuworker.representation.ComputeSettings;
import io.sluice.gpuworker.representation.DecoderMemory;
import io.sluice.gpuworker.representation.ExampleRepresenter;
import io.sluice.gpuworker.representation.Projection;
import io.sluice.gpuworker.representation.RepresentationSettings;
import io.sluice.gpuworker.representation.Representer;
import io.sluice.gpuworker.representation.memory.MemoryNeed;
import io.sluice.gpuworker.representation.memory.PassSize;
import io.sluice.gpuworker.representation.memory.RecomputeMode;
import io.sluice.local.bench.Workload;
import io.sluice.local.cli.offline.WeightOptions;
import io.sluice.local.machine.ProcFile;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.FeatureEncoding;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench memory}: measures what loading a model and representing one text take. */
@Command(
    name = "memory",
    description = {
      "Measure the memory and the time that loading a model and representing one text take, on the"
          + " CPU of a Linux machine.",
      "The Java heap is limited by SLUICE_JAVA_OPTS=-Xmx1g. All sizes are in MB, millions of bytes."
    })
final class BenchMemoryCommand implements Callable<Integer> {
  private static final double MB = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;

  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Folder of a base model, such as one that 'bench model' has written.")
  private Path model;

  @Option(
      names = "--checkpoint",
      required = true,
      arity = "1..*",
      paramLabel = "DIR",
      description = "Folders of its LoRA checkpoints.")
  private List<Path> checkpoints;

  @Mixin private WeightOptions weights;

  @Option(
      names = "--tokens",
      defaultValue = "512",
      paramLabel = "N",
      description = "Tokens of the text (default: ${DEFAULT-VALUE}).")
  private int tokens;

  @Option(
      names = "--recompute",
      description =
          "Recompute the layers in the backward pass instead of storing their activations.")
  private boolean recompute;

  /** The memory of this process at one moment, in bytes. */
  private record Moment(String name, long resident, long ofFiles, long heap) {
    static Moment now(String name) throws IOException {
      return new Moment(
          name,
          own("VmRSS"),
          own("RssFile"),
          ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getCommitted());
    }

    private static long own(String size) throws IOException {
      return ProcFile.ofProcess(ProcessHandle.current().pid()).bytes(size).orElse(0);
    }

    void print(PrintWriter out) {
      out.printf("%-30s %9.0f %9.0f %9.0f%n", name, resident / MB, ofFiles / MB, heap / MB);
    }
  }

  @Override
  public Integer call() throws IOException {
    RepresentationSettings settings;
    try {
      settings =
          RepresentationSettings.gradient(model, checkpoints, Projection.DEFAULT, tokens)
              .with(weights.settings());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    List<Candidate> one;
    try (Tokens tokenizer = Tokens.open(model, tokens)) {
      one = Workload.candidates(tokenizer, tokens, 1);
    }
    Moment before = Moment.now("before loading");
    long begin = System.nanoTime();
    try (ExampleRepresenter representer = ExampleRepresenter.open(settings, compute())) {
      double seconds = (System.nanoTime() - begin) / NANOS_PER_SECOND;
      Moment loaded = Moment.now("after loading");
      if (representer.candidates(one).get(0) instanceof Representer.Unusable unusable) {
        throw new IOException("the text cannot be represented: " + unusable.reason());
      }
      print(settings, seconds, List.of(before, loaded, Moment.now("after one text")));
    }
    return ExitCode.OK;
  }

  private ComputeSettings compute() {
    return new ComputeSettings(
        DeviceSettings.of(DeviceChoice.of("cpu")),
        ComputeSettings.DEFAULT_TOKENS_IN_FLIGHT,
        recompute ? RecomputeMode.ALWAYS : RecomputeMode.NEVER,
        OptionalInt.of(1),
        FeatureEncoding.FLOAT32);
  }

  private void print(RepresentationSettings settings, double seconds, List<Moment> moments)
      throws IOException {
    long file = 0;
    for (Path part : DecoderWeights.files(model)) {
      file += Files.size(part);
    }
    MemoryNeed need =
        DecoderMemory.read(settings).estimate(false).need(PassSize.ofOne(tokens), 1, recompute);
    long peak = Moment.own("VmHWM");
    PrintWriter out = spec.commandLine().getOut();
    out.printf("base model on disk %,21.0f MB%n", file / MB);
    out.printf("loading and self-test %18.1f s, %.0f MB/s%n", seconds, file / MB / seconds);
    out.printf("%-30s %9s %9s %9s%n", "", "resident", "of files", "heap");
    moments.forEach(moment -> moment.print(out));
    out.printf("%-30s %9.0f = %.2f times the model%n", "peak", peak / MB, (double) peak / file);
    out.printf("%-30s %9.0f%n", "a pass, by formula", need.passes() / MB);
    out.printf("%-30s %9.0f%n", "adapters, by formula", need.adapters() / MB);
    out.printf(
        "%-30s %9.0f = %.2f times the model%n",
        "peak less these",
        (peak - need.passes() - need.adapters()) / MB,
        (double) (peak - need.passes() - need.adapters()) / file);
    out.flush();
  }
}
