package io.sluice.local.cli.bench;

import io.sluice.gpuworker.device.DeviceChoice;
import io.sluice.gpuworker.device.DeviceSettings;
import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.gradient.ExampleEncoder;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.model.Tokens;
import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import io.sluice.gpuworker.model.decoder.WeightType;
import io.sluice.gpuworker.representation.ComputeSettings;
import io.sluice.gpuworker.representation.ExampleRepresenter;
import io.sluice.gpuworker.representation.Projection;
import io.sluice.gpuworker.representation.RepresentationKind;
import io.sluice.gpuworker.representation.RepresentationSettings;
import io.sluice.gpuworker.representation.StageTimes.Stage;
import io.sluice.gpuworker.representation.memory.ModelShape;
import io.sluice.gpuworker.representation.memory.RecomputeMode;
import io.sluice.local.bench.OperationCount;
import io.sluice.local.bench.ProcessUse;
import io.sluice.local.bench.PythonComparison;
import io.sluice.local.bench.PythonGradients;
import io.sluice.local.bench.RepresentBench;
import io.sluice.local.bench.RepresentBench.Totals;
import io.sluice.local.bench.Workload;
import io.sluice.local.bundled.RandomModel;
import io.sluice.local.bundled.WrittenModel;
import io.sluice.local.cli.offline.DevicesOption;
import io.sluice.local.cli.offline.WeightOptions;
import io.sluice.local.stack.CloseStack;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.FeatureEncoding;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Utils;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
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
          + " stages are summed over all threads. The teraflops count the products of matrices,"
          + " except those of adapters; with --recompute, also those that are computed again."
    })
final class BenchRepresentCommand implements Callable<Integer> {
  /**
   * Candidates that are represented before the measurement: a whole batch, so that its passes have
   * the sizes of those that are measured.
   */
  private static final int WARM_UP = RepresentBench.BATCH;

  private static final long SEED = 2028;

  private static final int THREADS = Runtime.getRuntime().availableProcessors();
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final int MIB = 1 << 20;
  private static final double TERA = 1e12;

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

  @Mixin private ShapeOptions shape;

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

  @Mixin private WeightOptions weights;
  @Mixin private DevicesOption devices;

  @Option(
      names = "--against",
      paramLabel = "WHAT",
      description =
          "Have python compute the same gradients as well, with PyTorch, transformers and PEFT, one"
              + " candidate at a time, with as many threads and without projection, in 32 bits on the"
              + " CPU. The two sides take turns, batch by batch, and their vectors are compared.")
  private Optional<Yardstick> against;

  @Option(
      names = "--python",
      paramLabel = "PATH",
      description =
          "The interpreter for --against python, which has these packages (default: python3).")
  private Optional<String> python;

  /** What the measured rate can be compared with. */
  enum Yardstick {
    /** PyTorch, transformers and PEFT. */
    PYTHON
  }

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
    requireComparable();
    try (CloseStack parts = new CloseStack()) {
      Path folder = Files.createTempDirectory("sluice-bench");
      parts.push(() -> Utils.delete(folder.toFile()));
      Optional<String> packages =
          against.isPresent()
              ? Optional.of(PythonGradients.packages(interpreter(), folder))
              : Optional.empty();
      WrittenModel files =
          model.isPresent()
              ? new WrittenModel(model.get(), checkpoints)
              : RandomModel.write(folder, fromOptions(() -> shape.of(tokens)), SEED);
      RepresentationSettings settings =
          fromOptions(
              () ->
                  RepresentationSettings.gradient(
                          files.base(), files.checkpoints(), Projection.sketch(dimension), tokens)
                      .with(weights.settings()));
      ComputeSettings compute = fromOptions(this::compute);
      List<Candidate> candidates;
      List<Encoded.Example> encoded;
      try (Tokens tokenizer = settings.text().tokens(files.base())) {
        candidates = Workload.candidates(tokenizer, tokens, WARM_UP + examples);
        encoded = encoded(settings.text().encoder(files.base(), tokenizer), candidates);
      }
      ExampleRepresenter representer = parts.push(ExampleRepresenter.open(settings, compute));
      RepresentBench bench = new RepresentBench(representer, stored());
      OperationCount operations =
          new OperationCount(
              new ModelShape(
                  DecoderConfig.read(files.base()), DecoderWeights.vocabulary(files.base())),
              recompute);
      if (packages.isEmpty()) {
        bench.run(candidates.subList(0, WARM_UP));
        print(representer, bench.run(candidates.subList(WARM_UP, candidates.size())), operations);
      } else {
        PythonComparison comparison =
            new PythonComparison(
                bench,
                parts.push(PythonGradients.start(interpreter(), files, encoded, THREADS, folder)),
                candidates,
                WARM_UP);
        double agreement = comparison.agreement(settings.projection());
        PythonComparison.Result result = comparison.run();
        print(representer, result.ours(), operations);
        print(packages.get(), result, agreement);
      }
    }
    return ExitCode.OK;
  }

  /** Python is given tokens, so that both sides compute the same whatever their tokenizers do. */
  private List<Encoded.Example> encoded(ExampleEncoder encoder, List<Candidate> candidates) {
    return candidates.stream()
        .map(
            candidate ->
                encoder
                    .encode(Text.Conversation.of(candidate))
                    .match(
                        example -> example,
                        refused -> {
                          throw new IllegalArgumentException(
                              "a candidate of "
                                  + tokens
                                  + " tokens cannot be measured: "
                                  + refused.reason());
                        }))
        .toList();
  }

  /** Python computes in 32 bits on the CPU. */
  private void requireComparable() {
    if (against.isEmpty()) {
      if (python.isPresent()) {
        throw new ParameterException(
            spec.commandLine(), "--python is for --against python: give both or neither");
      }
      return;
    }
    if (weights.settings().dtype() != WeightType.FLOAT32) {
      throw new ParameterException(
          spec.commandLine(),
          "--against python computes in 32 bits, and --dtype is "
              + weights.settings().dtype().label()
              + ": give one of the two");
    }
    if (!(devices.choice() instanceof DeviceChoice.Auto
        || devices.choice() instanceof DeviceChoice.Cpu)) {
      throw new ParameterException(
          spec.commandLine(),
          "--against python computes on the CPU, and --devices is "
              + devices.choice().label()
              + ": give one of the two");
    }
  }

  private String interpreter() {
    return python.orElse("python3");
  }

  private ComputeSettings compute() {
    return new ComputeSettings(
        DeviceSettings.of(against.isPresent() ? new DeviceChoice.Cpu() : devices.choice()),
        tokensInFlight,
        recompute ? RecomputeMode.ALWAYS : ComputeSettings.DEFAULT.recompute(),
        examplesPerPass.map(OptionalInt::of).orElse(OptionalInt.empty()),
        stored());
  }

  /** Builds an object from options, and turns an option out of range into a usage error. */
  private <T> T fromOptions(Supplier<T> builder) {
    try {
      return builder.get();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private FeatureEncoding stored() {
    return encoding.orElse(RepresentationKind.GRADIENT.defaultEncoding());
  }

  private void print(ExampleRepresenter representer, Totals totals, OperationCount operations)
      throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    double seconds = seconds(totals.wall());
    out.printf(
        "%s, %d processors; %d checkpoint(s), %,d values per checkpoint stored as %s%n",
        representer.device(),
        THREADS,
        representer.checkpoints(),
        representer.dimension(),
        stored());
    out.printf("examples          %10d%n", totals.examples());
    out.printf("examples/s        %10.2f%n", totals.examples() / seconds);
    out.printf("tokens/s          %10.0f%n", totals.tokens() / seconds);
    double products = operations.products(totals, representer.checkpoints()) / seconds / TERA;
    double attention = operations.attention(totals, representer.checkpoints()) / seconds / TERA;
    out.printf(
        "teraflops         %10.3f (products with weights %.3f, attention %.3f)%n",
        products + attention, products, attention);
    out.printf("processor s/example %8.3f%n", seconds(totals.processor()) / totals.examples());
    ProcessUse.peakMemory()
        .ifPresent(bytes -> out.printf("peak memory       %10d MiB%n", bytes / MIB));
    out.println("ms per example:");
    for (Stage stage : Stage.values()) {
      printStage(out, stage.label(), totals.stages().get(stage), totals);
    }
    printStage(out, "encode", totals.encoding(), totals);
    out.flush();
  }

  private static void printStage(PrintWriter out, String label, Duration spent, Totals totals) {
    out.printf("  %-17s %8.2f%n", label, spent.toNanos() / NANOS_PER_MILLI / totals.examples());
  }

  private void print(String packages, PythonComparison.Result result, double agreement) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf("against Python with %s, %d threads:%n", packages, THREADS);
    out.printf("  examples/s        %8.2f%n", result.ours().examples() / seconds(result.python()));
    out.printf(
        "  ratio             %8.2f (by round: %.2f to %.2f)%n",
        result.ratio(), result.lowest(), result.highest());
    out.printf("  cosine of vectors %8.6f%n", agreement);
    out.flush();
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / NANOS_PER_SECOND;
  }
}
