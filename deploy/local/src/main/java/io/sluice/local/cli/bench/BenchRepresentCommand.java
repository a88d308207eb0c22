package io.sluice.local.cli.bench;

import io.sluice.gpuworker.device.DeviceSettings;
import io.sluice.gpuworker.model.Tokens;
import io.sluice.gpuworker.representation.ComputeSettings;
import io.sluice.gpuworker.representation.ExampleRepresenter;
import io.sluice.gpuworker.representation.Projection;
import io.sluice.gpuworker.representation.RepresentationKind;
import io.sluice.gpuworker.representation.RepresentationSettings;
import io.sluice.gpuworker.representation.Representer;
import io.sluice.gpuworker.representation.StageTimes.Stage;
import io.sluice.gpuworker.representation.memory.RecomputeMode;
import io.sluice.local.bench.ProcessUse;
import io.sluice.local.bench.Workload;
import io.sluice.local.bundled.LlamaShape;
import io.sluice.local.bundled.RandomModel;
import io.sluice.local.bundled.WrittenModel;
import io.sluice.local.stack.CloseStack;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.encoding.FeatureCodec;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Utils;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench represent}: measures how fast candidates are represented. */
@Command(
    name = "represent",
    description = {
      "Measure how fast candidates are represented, from text to encoded vectors.",
      "Without --model, a Llama of the given size with random weights is created. The times of the"
          + " stages are summed over all threads."
    })
final class BenchRepresentCommand implements Callable<Integer> {
  /** Candidates per batch, as in the worker. */
  private static final int BATCH = 32;

  /** Candidates that are represented before the measurement. */
  private static final int WARM_UP = 6;

  /** Size of the vocabulary of the bundled tokenizer. */
  private static final int BUNDLED_TOKENS = 1024;

  private static final long SEED = 2028;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final int MIB = 1 << 20;

  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Folder of a base model, in Hugging Face format.")
  private Optional<Path> model;

  @Option(
      names = "--checkpoint",
      arity = "1..*",
      paramLabel = "DIR",
      description = "Folders of the model's LoRA warm-up checkpoints.")
  private List<Path> checkpoints = List.of();

  @Option(
      names = "--layers",
      defaultValue = "6",
      paramLabel = "N",
      description = "Layers of the created model (default: ${DEFAULT-VALUE}).")
  private int layers;

  @Option(
      names = "--hidden",
      defaultValue = "288",
      paramLabel = "N",
      description = "Hidden size of the created model (default: ${DEFAULT-VALUE}).")
  private int hidden;

  @Option(
      names = "--heads",
      defaultValue = "6",
      paramLabel = "N",
      description = "Attention heads of the created model (default: ${DEFAULT-VALUE}).")
  private int heads;

  @Option(
      names = "--intermediate",
      defaultValue = "768",
      paramLabel = "N",
      description = "Width of its feed-forward blocks (default: ${DEFAULT-VALUE}).")
  private int intermediate;

  @Option(
      names = "--vocabulary",
      defaultValue = "32000",
      paramLabel = "N",
      description = "Size of its vocabulary, at least 1024 (default: ${DEFAULT-VALUE}).")
  private int vocabulary;

  @Option(
      names = "--rank",
      defaultValue = "128",
      paramLabel = "N",
      description = "Rank of its adapters (default: ${DEFAULT-VALUE}).")
  private int rank;

  @Option(
      names = "--checkpoints",
      defaultValue = "1",
      paramLabel = "N",
      description = "Number of its checkpoints (default: ${DEFAULT-VALUE}).")
  private int checkpointCount;

  @Option(
      names = "--tokens",
      defaultValue = "256",
      paramLabel = "N",
      description = "Tokens per candidate (default: ${DEFAULT-VALUE}).")
  private int tokens;

  @Option(
      names = "--examples",
      defaultValue = "64",
      paramLabel = "N",
      description = "Candidates to measure (default: ${DEFAULT-VALUE}).")
  private int examples;

  @Option(
      names = "--dimension",
      defaultValue = "" + Projection.DEFAULT_DIMENSION,
      paramLabel = "N",
      description = "Number of values of a sketch (default: ${DEFAULT-VALUE}).")
  private int dimension;

  @Option(
      names = "--encoding",
      paramLabel = "NAME",
      description = "Encoding of the sketches: ${COMPLETION-CANDIDATES} (default: SIGN).")
  private Optional<FeatureEncoding> encoding;

  @Option(
      names = "--tokens-in-flight",
      defaultValue = "" + ComputeSettings.DEFAULT_TOKENS_IN_FLIGHT,
      paramLabel = "N",
      description =
          "Maximum number of tokens that are processed at the same time (default: ${DEFAULT-VALUE}).")
  private int tokensInFlight;

  @Option(
      names = "--recompute",
      description =
          "Recompute the layers in every backward pass instead of storing their activations.")
  private boolean recompute;

  @Option(
      names = "--examples-per-pass",
      paramLabel = "N",
      description =
          "Maximum number of candidates that share a pass (default: as many as fit on a GPU, one on a"
              + " CPU).")
  private Optional<Integer> examplesPerPass;

  @Override
  public Integer call() throws IOException {
    if (model.isPresent() == checkpoints.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "--model and --checkpoint go together: give both or neither");
    }
    if (examples < 1) {
      throw new ParameterException(
          spec.commandLine(), "--examples " + examples + ": use 1 or more");
    }
    try (CloseStack parts = new CloseStack()) {
      WrittenModel files =
          model.isPresent() ? new WrittenModel(model.get(), checkpoints) : createModel(parts);
      RepresentationSettings settings =
          fromOptions(
              () ->
                  RepresentationSettings.gradient(
                      files.base(), files.checkpoints(), Projection.sketch(dimension), tokens));
      ComputeSettings compute = fromOptions(this::compute);
      List<Candidate> candidates;
      try (Tokens tokenizer = Tokens.open(files.base(), tokens)) {
        candidates = Workload.candidates(tokenizer, tokens, WARM_UP + examples);
      }
      measure(parts.push(ExampleRepresenter.open(settings, compute)), candidates);
    }
    return ExitCode.OK;
  }

  private ComputeSettings compute() {
    return new ComputeSettings(
        DeviceSettings.DEFAULT,
        tokensInFlight,
        recompute ? RecomputeMode.ALWAYS : ComputeSettings.DEFAULT.recompute(),
        examplesPerPass.map(OptionalInt::of).orElse(OptionalInt.empty()));
  }

  /** Builds an object from options, and turns an option out of range into a usage error. */
  private <T> T fromOptions(Supplier<T> builder) {
    try {
      return builder.get();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private WrittenModel createModel(CloseStack parts) throws IOException {
    Path folder = Files.createTempDirectory("sluice-bench");
    parts.push(() -> Utils.delete(folder.toFile()));
    LlamaShape shape = fromOptions(this::shape);
    return RandomModel.write(folder, shape, SEED);
  }

  private LlamaShape shape() {
    return new LlamaShape(
        vocabulary,
        BUNDLED_TOKENS,
        hidden,
        layers,
        heads,
        heads,
        intermediate,
        tokens,
        true,
        rank,
        4 * rank,
        checkpointCount);
  }

  private void measure(ExampleRepresenter representer, List<Candidate> candidates)
      throws IOException {
    represent(representer, candidates.subList(0, WARM_UP));
    Map<Stage, Duration> before = stages(representer);
    Duration processor = ProcessUse.processorTime();
    long begin = System.nanoTime();
    Counts counts = represent(representer, candidates.subList(WARM_UP, candidates.size()));
    long wall = System.nanoTime() - begin;
    processor = ProcessUse.processorTime().minus(processor);
    print(representer, counts, wall, processor, before);
  }

  private FeatureEncoding stored() {
    return encoding.orElse(RepresentationKind.GRADIENT.defaultEncoding());
  }

  private record Counts(int examples, long tokens, long encodeNanos) {}

  /** Represents and encodes candidates in batches of the same size as the worker's. */
  private Counts represent(Representer representer, List<Candidate> candidates) {
    int done = 0;
    long read = 0;
    long encodeNanos = 0;
    for (int begin = 0; begin < candidates.size(); begin += BATCH) {
      List<Candidate> batch = candidates.subList(begin, Math.min(begin + BATCH, candidates.size()));
      for (Representer.Outcome outcome : representer.candidates(batch)) {
        if (outcome instanceof Representer.Represented represented) {
          long encodeBegin = System.nanoTime();
          FeatureCodec.encode(stored(), represented.rows());
          encodeNanos += System.nanoTime() - encodeBegin;
          done++;
          read += represented.tokens();
        } else if (outcome instanceof Representer.Unusable unusable) {
          throw new IllegalArgumentException(
              "a candidate of " + tokens + " tokens cannot be measured: " + unusable.reason());
        }
      }
    }
    return new Counts(done, read, encodeNanos);
  }

  private static Map<Stage, Duration> stages(ExampleRepresenter representer) {
    Map<Stage, Duration> totals = new EnumMap<>(Stage.class);
    for (Stage stage : Stage.values()) {
      totals.put(stage, representer.stageTimes().total(stage));
    }
    return totals;
  }

  private void print(
      ExampleRepresenter representer,
      Counts counts,
      long wall,
      Duration processor,
      Map<Stage, Duration> before)
      throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    double seconds = wall / NANOS_PER_SECOND;
    out.printf(
        "%s, %d processors; %d checkpoint(s), %,d values per checkpoint stored as %s%n",
        representer.device(),
        Runtime.getRuntime().availableProcessors(),
        representer.checkpoints(),
        representer.dimension(),
        stored());
    out.printf("examples          %10d%n", counts.examples());
    out.printf("examples/s        %10.2f%n", counts.examples() / seconds);
    out.printf("tokens/s          %10.0f%n", counts.tokens() / seconds);
    out.printf(
        "processor s/example %8.3f%n", processor.toNanos() / NANOS_PER_SECOND / counts.examples());
    ProcessUse.peakMemory()
        .ifPresent(bytes -> out.printf("peak memory       %10d MiB%n", bytes / MIB));
    out.println("ms per example:");
    Map<Stage, Duration> after = stages(representer);
    for (Stage stage : Stage.values()) {
      printStage(out, stage.label(), after.get(stage).minus(before.get(stage)).toNanos(), counts);
    }
    printStage(out, "encode", counts.encodeNanos(), counts);
    out.flush();
  }

  private static void printStage(PrintWriter out, String label, long nanos, Counts counts) {
    out.printf("  %-17s %8.2f%n", label, nanos / NANOS_PER_MILLI / counts.examples());
  }
}
