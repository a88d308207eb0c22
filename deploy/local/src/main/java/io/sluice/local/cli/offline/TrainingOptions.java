package io.sluice.local.cli.offline;

import io.sluice.gpuworker.finetune.FineTuneMethod;
import io.sluice.gpuworker.finetune.TrainingCompute;
import io.sluice.gpuworker.finetune.TrainingHyperParameters;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How a command trains. The defaults are those of Nayak et al. (2025). */
final class TrainingOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--batch",
      defaultValue = "128",
      paramLabel = "N",
      description = "Examples a step (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--learning-rate",
      defaultValue = "2e-5",
      paramLabel = "RATE",
      description = "The highest; it falls in a line to 0 (default: ${DEFAULT-VALUE}).")
  private double learningRate;

  @Option(
      names = "--warmup-ratio",
      defaultValue = "0.03",
      paramLabel = "SHARE",
      description = "Of the steps, in which it climbs from 0 (default: ${DEFAULT-VALUE}).")
  private double warmupRatio;

  @Option(
      names = "--weight-decay",
      defaultValue = "0",
      paramLabel = "DECAY",
      description = "Of AdamW (default: ${DEFAULT-VALUE}).")
  private double weightDecay;

  @Option(
      names = "--max-gradient-norm",
      defaultValue = "1",
      paramLabel = "NORM",
      description = "Longer gradients are cut to it; 0 for no limit (default: ${DEFAULT-VALUE}).")
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
      description = "Its output is multiplied by alpha / rank (default: ${DEFAULT-VALUE}).")
  private double alpha;

  @Option(
      names = "--lora-dropout",
      defaultValue = "0.1",
      paramLabel = "SHARE",
      description = "Of an adapter's input, left out at random (default: ${DEFAULT-VALUE}).")
  private double dropout;

  @Option(
      names = "--lora-targets",
      split = ",",
      paramLabel = "NAME,...",
      description =
          "Layers that get an adapter (default: q_proj,k_proj,v_proj,o_proj for a Llama, all"
              + " linear layers but the head elsewhere).")
  private Set<String> targets = Set.of();

  @Option(
      names = "--seed",
      defaultValue = "0",
      paramLabel = "N",
      description =
          "Of the order of examples, of a new adapter and of dropout (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--max-length",
      defaultValue = "2048",
      paramLabel = "TOKENS",
      description = "Where an example is cut (default: ${DEFAULT-VALUE}).")
  private int maxLength;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "On a CPU (default: one a core). Without effect on the result, but for its time.")
  private Optional<Integer> threads = Optional.empty();

  @Option(
      names = "--pack-tokens",
      defaultValue = "" + TrainingCompute.DEFAULT_PACK_TOKENS,
      paramLabel = "TOKENS",
      description =
          "Of examples that are computed at once, a thread: bounds the memory (default:"
              + " ${DEFAULT-VALUE}).")
  private int packTokens;

  /**
   * The hyper-parameters that the options give.
   *
   * @throws ParameterException when one is out of its range
   */
  TrainingHyperParameters hyper(int epochs) {
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
      throw wrong(e);
    }
  }

  /**
   * A new adapter as the options want it.
   *
   * @throws ParameterException when one is out of its range
   */
  FineTuneMethod.NewAdapter newAdapter() {
    try {
      return new FineTuneMethod.NewAdapter(rank, alpha, dropout, targets);
    } catch (IllegalArgumentException e) {
      throw wrong(e);
    }
  }

  /**
   * How it is computed.
   *
   * @throws ParameterException when one is out of its range
   */
  TrainingCompute compute() {
    try {
      return new TrainingCompute(threads.orElse(TrainingCompute.ofMachine().threads()), packTokens);
    } catch (IllegalArgumentException e) {
      throw wrong(e);
    }
  }

  private ParameterException wrong(IllegalArgumentException e) {
    return new ParameterException(spec.commandLine(), e.getMessage(), e);
  }
}
