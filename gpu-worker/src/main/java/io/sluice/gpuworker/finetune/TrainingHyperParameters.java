package io.sluice.gpuworker.finetune;

import io.sluice.gpuworker.gradient.TextSettings;

/**
 * The hyper-parameters of a training run. They have the same meaning as in the Hugging Face
 * Trainer.
 *
 * @param epochs the number of passes over the examples, at least 1
 * @param batch the number of examples per step, at least 1; the last batch of an epoch may be
 *     smaller
 * @param learningRate the learning rate at the end of the warm-up, its peak; above 0, at most 1
 * @param warmupRatio the share of the steps, 0 to 1, rounded up to whole steps, in which the
 *     learning rate rises linearly from 0. After them it falls linearly, see {@code Schedule}.
 * @param adam the settings of the optimizer
 * @param maxGradientNorm the L2 norm to which a longer gradient is clipped; 0 for no limit
 * @param seed seed of the order of examples, of a new adapter's initial values and of dropout; 0 to
 *     2^32 - 1
 * @param maxLength the length limit of an example in tokens, see {@link
 *     TextSettings#requireMaxLength}
 */
public record TrainingHyperParameters(
    int epochs,
    int batch,
    double learningRate,
    double warmupRatio,
    Adam adam,
    double maxGradientNorm,
    long seed,
    int maxLength) {
  private static final long SEEDS = 1L << 32;

  /** The defaults of Nayak et al. (2025) for fine-tuning on a selected subset. */
  public static final TrainingHyperParameters DEFAULT =
      new TrainingHyperParameters(2, 128, 2e-5, 0.03, Adam.DEFAULT, 1, 0, 2048);

  /**
   * The settings of AdamW (Loshchilov and Hutter 2019), see {@code AdamW} for the formula.
   *
   * @param beta1 the decay rate of the moving average of gradients, 0 to below 1
   * @param beta2 the decay rate of the moving average of squared gradients, 0 to below 1
   * @param epsilon added to the denominator, above 0 and below 1
   * @param weightDecay the share by which a step at learning rate 1 reduces a weight, 0 to 1; not
   *     applied to biases and gains
   */
  public record Adam(double beta1, double beta2, double epsilon, double weightDecay) {
    /** The defaults of the Hugging Face Trainer. */
    public static final Adam DEFAULT = new Adam(0.9, 0.999, 1e-8, 0);

    /** Throws {@link IllegalArgumentException} when a value is out of its range. */
    public Adam {
      require(beta1 >= 0 && beta1 < 1, "Adam's first beta", beta1, "from 0 to below 1");
      require(beta2 >= 0 && beta2 < 1, "Adam's second beta", beta2, "from 0 to below 1");
      require(epsilon > 0 && epsilon < 1, "Adam's epsilon", epsilon, "above 0 and below 1");
      require(weightDecay >= 0 && weightDecay <= 1, "weight decay", weightDecay, "from 0 to 1");
    }
  }

  /** Throws {@link IllegalArgumentException} when a value is out of its range. */
  public TrainingHyperParameters {
    require(epochs >= 1, "epochs", epochs, "1 or more");
    require(batch >= 1, "batch size", batch, "1 or more");
    require(learningRate > 0 && learningRate <= 1, "learning rate", learningRate, "above 0 to 1");
    require(warmupRatio >= 0 && warmupRatio <= 1, "warm-up ratio", warmupRatio, "from 0 to 1");
    require(
        maxGradientNorm >= 0 && Double.isFinite(maxGradientNorm),
        "maximum gradient norm",
        maxGradientNorm,
        "above 0, or 0 for no limit");
    require(seed >= 0 && seed < SEEDS, "seed", seed, "from 0 to 4294967295");
    TextSettings.requireMaxLength(maxLength);
  }

  /**
   * Checks a value.
   *
   * @param valid whether the value is allowed
   * @param allowed the allowed values, as the end of the sentence "use a value ..."
   * @throws IllegalArgumentException when the value is not allowed
   */
  static void require(boolean valid, String name, Number value, String allowed) {
    if (!valid) {
      throw new IllegalArgumentException(name + " " + value + ": use a value " + allowed);
    }
  }

  /** A copy with another number of epochs. */
  public TrainingHyperParameters withEpochs(int wanted) {
    return new TrainingHyperParameters(
        wanted, batch, learningRate, warmupRatio, adam, maxGradientNorm, seed, maxLength);
  }

  /** A copy with another batch size. */
  public TrainingHyperParameters withBatch(int wanted) {
    return new TrainingHyperParameters(
        epochs, wanted, learningRate, warmupRatio, adam, maxGradientNorm, seed, maxLength);
  }

  /** A copy with another learning rate. */
  public TrainingHyperParameters withLearningRate(double wanted) {
    return new TrainingHyperParameters(
        epochs, batch, wanted, warmupRatio, adam, maxGradientNorm, seed, maxLength);
  }

  /** A copy with another seed. */
  public TrainingHyperParameters withSeed(long wanted) {
    return new TrainingHyperParameters(
        epochs, batch, learningRate, warmupRatio, adam, maxGradientNorm, wanted, maxLength);
  }

  /** A copy with another length limit. */
  public TrainingHyperParameters withMaxLength(int wanted) {
    return new TrainingHyperParameters(
        epochs, batch, learningRate, warmupRatio, adam, maxGradientNorm, seed, wanted);
  }

  /** The number of steps of a run with the given number of examples. */
  int steps(int examples) {
    return Math.multiplyExact(epochs, stepsPerEpoch(examples));
  }

  /** The number of steps of an epoch; the last step may have fewer examples than a batch. */
  int stepsPerEpoch(int examples) {
    return (examples - 1) / batch + 1;
  }
}
