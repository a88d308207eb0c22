package io.sluice.local.cli.offline;

import io.sluice.gpuworker.finetune.EncodedExamples;
import io.sluice.gpuworker.finetune.FineTuneMethod;
import io.sluice.gpuworker.finetune.TrainingCompute;
import io.sluice.gpuworker.finetune.TrainingHyperParameters;
import io.sluice.gpuworker.finetune.TrainingSettings;
import io.sluice.gpuworker.gradient.TextForm;
import io.sluice.gpuworker.gradient.TextSettings;
import io.sluice.local.cli.options.TextFormOptions;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of training that commands share. The defaults are those of Nayak et al. (2025). */
final class TrainingOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Mixin private BaseModelOption model;

  @Option(
      names = "--skip-invalid",
      description = "Exit with 0 even when examples cannot be used; they are still reported.")
  private boolean skipInvalid;

  @Option(
      names = "--batch",
      defaultValue = "128",
      paramLabel = "N",
      description = "Examples per optimizer step (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--learning-rate",
      defaultValue = "2e-5",
      paramLabel = "RATE",
      description =
          "The peak learning rate, from which it falls linearly to 0 (default: ${DEFAULT-VALUE}).")
  private double learningRate;

  @Option(
      names = "--warmup-ratio",
      defaultValue = "0.03",
      paramLabel = "SHARE",
      description =
          "Share of the steps in which the learning rate rises from 0 (default: ${DEFAULT-VALUE}).")
  private double warmupRatio;

  @Option(
      names = "--weight-decay",
      defaultValue = "0",
      paramLabel = "DECAY",
      description = "The weight decay of AdamW (default: ${DEFAULT-VALUE}).")
  private double weightDecay;

  @Option(
      names = "--max-gradient-norm",
      defaultValue = "1",
      paramLabel = "NORM",
      description =
          "Longer gradients are scaled down to this norm; 0 for no limit (default: ${DEFAULT-VALUE}).")
  private double maxGradientNorm;

  @Option(
      names = "--lora-rank",
      defaultValue = "128",
      paramLabel = "R",
      description = "Rank of a new adapter (default: ${DEFAULT-VALUE}).")
  private int rank;

  @Option(
      names = "--lora-alpha",
      defaultValue = "512",
      paramLabel = "ALPHA",
      description =
          "A new adapter's output is multiplied by alpha / rank (default: ${DEFAULT-VALUE}).")
  private double alpha;

  @Option(
      names = "--lora-dropout",
      defaultValue = "0.1",
      paramLabel = "SHARE",
      description =
          "Share of an adapter's input that is dropped at random (default: ${DEFAULT-VALUE}).")
  private double dropout;

  @Option(
      names = "--lora-targets",
      split = ",",
      paramLabel = "NAME,...",
      description =
          "Layers that get an adapter (default: q_proj,k_proj,v_proj,o_proj for a Llama, all linear"
              + " layers except the head for other models).")
  private Set<String> targets = Set.of();

  @Option(
      names = "--seed",
      defaultValue = "0",
      paramLabel = "N",
      description =
          "Seed of the order of examples, of a new adapter and of dropout (default:"
              + " ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private TextFormOptions text;

  @Option(
      names = "--max-length",
      defaultValue = "" + TextSettings.DEFAULT_MAX_LENGTH,
      paramLabel = "TOKENS",
      description =
          "The number of tokens after which an example is truncated (default: ${DEFAULT-VALUE}).")
  private int maxLength;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Threads on a CPU (default: one per core). The number affects only the time, not the result.")
  private Optional<Integer> threads = Optional.empty();

  @Option(
      names = "--pack-tokens",
      defaultValue = "" + TrainingCompute.DEFAULT_PACK_TOKENS,
      paramLabel = "TOKENS",
      description =
          "Tokens that each thread processes at once, which bounds the memory (default:"
              + " ${DEFAULT-VALUE}).")
  private int packTokens;

  /**
   * Builds the settings of a run from the options.
   *
   * @throws ParameterException when an option is out of range
   */
  TrainingSettings settings(FineTuneMethod method, int epochs) {
    return new TrainingSettings(model.folder(), method, hyper(epochs), compute());
  }

  /** How messages become text. */
  TextForm textForm() {
    return text.form();
  }

  /** The exit code of a run that has ended: an error if examples could not be used. */
  int exitCode(UnusableLines unusable, EncodedExamples examples) {
    return skipInvalid || unusable.count() + examples.refused().size() == 0
        ? ExitCode.OK
        : ExitCode.SOFTWARE;
  }

  private TrainingHyperParameters hyper(int epochs) {
    TrainingHyperParameters.Adam adam = TrainingHyperParameters.Adam.DEFAULT;
    try {
      return new TrainingHyperParameters(
          epochs,
          batch,
          learningRate,
          warmupRatio,
          new TrainingHyperParameters.Adam(adam.beta1(), adam.beta2(), adam.epsilon(), weightDecay),
          maxGradientNorm,
          seed,
          maxLength);
    } catch (IllegalArgumentException e) {
      throw usage(e);
    }
  }

  /**
   * Builds the settings of a new adapter from the options.
   *
   * @throws ParameterException when an option is out of range
   */
  FineTuneMethod.NewAdapter newAdapter() {
    try {
      return new FineTuneMethod.NewAdapter(rank, alpha, dropout, targets);
    } catch (IllegalArgumentException e) {
      throw usage(e);
    }
  }

  private TrainingCompute compute() {
    try {
      return new TrainingCompute(threads.orElse(TrainingCompute.ofMachine().threads()), packTokens);
    } catch (IllegalArgumentException e) {
      throw usage(e);
    }
  }

  private ParameterException usage(IllegalArgumentException e) {
    return new ParameterException(spec.commandLine(), e.getMessage(), e);
  }
}
