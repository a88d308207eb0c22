package io.sluice.local.cli.offline;

import io.sluice.gpuworker.device.DeviceChoice;
import io.sluice.gpuworker.finetune.FineTuneMethod;
import io.sluice.gpuworker.finetune.TrainingCompute;
import io.sluice.gpuworker.finetune.TrainingHyperParameters;
import io.sluice.gpuworker.gradient.TextForm;
import io.sluice.gpuworker.gradient.TextSettings;
import io.sluice.gpuworker.model.decoder.WeightSettings;
import io.sluice.gpuworker.model.lora.LoraCheckpoint;
import io.sluice.local.cli.options.TextFormOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The options of hyper-parameters. The defaults in the help are those of Nayak et al. (2025); a
 * command may have others, which then count for the options that are not given.
 */
final class HyperParameterOptions {
  private static final String RANK = "--lora-rank";
  private static final String ALPHA = "--lora-alpha";
  private static final String DROPOUT = "--lora-dropout";
  private static final String TARGETS = "--lora-targets";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

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
          "Longer gradients are scaled down to this norm; 0 for no limit (default:"
              + " ${DEFAULT-VALUE}).")
  private double maxGradientNorm;

  @Option(
      names = RANK,
      defaultValue = "128",
      paramLabel = "R",
      description = "Rank of a new adapter (default: ${DEFAULT-VALUE}).")
  private int rank;

  @Option(
      names = ALPHA,
      defaultValue = "512",
      paramLabel = "ALPHA",
      description =
          "A new adapter's output is multiplied by alpha / rank (default: ${DEFAULT-VALUE}).")
  private double alpha;

  @Option(
      names = DROPOUT,
      defaultValue = "0.1",
      paramLabel = "SHARE",
      description =
          "Share of an adapter's input that is dropped at random (default: ${DEFAULT-VALUE}, or what"
              + " an existing adapter was trained with).")
  private double dropout;

  @Option(
      names = TARGETS,
      split = ",",
      paramLabel = "NAME,...",
      description =
          "Layers that get an adapter (default: q_proj,k_proj,v_proj,o_proj for a Llama, all linear"
              + " layers except the head for other models).")
  private Set<String> targets = Set.of();

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
          "Threads on a CPU (default: one per core). The number affects only the time, not the"
              + " result.")
  private Optional<Integer> threads = Optional.empty();

  @Option(
      names = "--pack-tokens",
      defaultValue = "" + TrainingCompute.DEFAULT_PACK_TOKENS,
      paramLabel = "TOKENS",
      description =
          "Tokens that each thread processes at once, which bounds the memory (default:"
              + " ${DEFAULT-VALUE}). With dropout, another number gives other random masks.")
  private int packTokens;

  /** How messages become text. */
  TextForm textForm() {
    return text.form();
  }

  /** How examples become tokens. */
  TextSettings textSettings() {
    try {
      return TextSettings.of(text.form(), maxLength);
    } catch (IllegalArgumentException e) {
      throw usage(e);
    }
  }

  /**
   * The hyper-parameters that were given.
   *
   * @param others what counts where none was given; the length limit always comes from the options
   * @throws ParameterException when an option is out of range
   */
  TrainingHyperParameters hyper(TrainingHyperParameters others) {
    TrainingHyperParameters.Adam adam = others.adam();
    try {
      return new TrainingHyperParameters(
          others.epochs(),
          isGiven("--batch") ? batch : others.batch(),
          isGiven("--learning-rate") ? learningRate : others.learningRate(),
          isGiven("--warmup-ratio") ? warmupRatio : others.warmupRatio(),
          new TrainingHyperParameters.Adam(
              adam.beta1(),
              adam.beta2(),
              adam.epsilon(),
              isGiven("--weight-decay") ? weightDecay : adam.weightDecay()),
          isGiven("--max-gradient-norm") ? maxGradientNorm : others.maxGradientNorm(),
          others.seed(),
          maxLength);
    } catch (IllegalArgumentException e) {
      throw usage(e);
    }
  }

  /**
   * The settings of a new adapter, by the defaults in the help.
   *
   * @throws ParameterException when an option is out of range
   */
  FineTuneMethod.NewAdapter newAdapter() {
    return adapter(rank, alpha, dropout);
  }

  /**
   * The settings of a new adapter.
   *
   * @param others what counts where none was given
   * @throws ParameterException when an option is out of range
   */
  FineTuneMethod.NewAdapter newAdapter(FineTuneMethod.NewAdapter others) {
    return adapter(
        isGiven(RANK) ? rank : others.rank(),
        isGiven(ALPHA) ? alpha : others.alpha(),
        isGiven(DROPOUT) ? dropout : others.dropout());
  }

  /**
   * The settings with which the training of an adapter continues.
   *
   * @throws ParameterException when an option has no effect on it, or is out of range
   * @throws IOException when the adapter's config cannot be read
   */
  FineTuneMethod.GivenAdapter givenAdapter(Path folder) throws IOException {
    refuse("--adapter keeps the adapter's own", RANK, ALPHA, TARGETS);
    double ofAdapter = isGiven(DROPOUT) ? dropout : LoraCheckpoint.dropout(folder);
    try {
      return new FineTuneMethod.GivenAdapter(folder, ofAdapter);
    } catch (IllegalArgumentException e) {
      throw usage(e);
    }
  }

  /**
   * Training of all weights.
   *
   * @throws ParameterException when an option of adapters was given
   */
  FineTuneMethod.AllWeights allWeights() {
    refuse("--full trains no adapter", RANK, ALPHA, DROPOUT, TARGETS);
    return new FineTuneMethod.AllWeights();
  }

  private void refuse(String reason, String... options) {
    for (String option : options) {
      if (isGiven(option)) {
        throw new ParameterException(
            spec.commandLine(), option + " has no effect: " + reason + ", leave it out");
      }
    }
  }

  private FineTuneMethod.NewAdapter adapter(int ofRank, double ofAlpha, double ofDropout) {
    try {
      return new FineTuneMethod.NewAdapter(ofRank, ofAlpha, ofDropout, targets);
    } catch (IllegalArgumentException e) {
      throw usage(e);
    }
  }

  /**
   * How it is computed.
   *
   * @param device the one device
   * @param weights how the base model's weights are kept
   */
  TrainingCompute compute(DeviceChoice device, WeightSettings weights) {
    try {
      return new TrainingCompute(
          threads.orElse(TrainingCompute.ofMachine().threads()), packTokens, device, weights);
    } catch (IllegalArgumentException e) {
      throw usage(e);
    }
  }

  private boolean isGiven(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  private ParameterException usage(IllegalArgumentException e) {
    return new ParameterException(spec.commandLine(), e.getMessage(), e);
  }
}
