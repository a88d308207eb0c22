package io.sluice.gpuworker.finetune;

import io.sluice.gpuworker.representation.RepresentationSettings;

/**
 * What shapes a run of training beside model, method and examples. Names and meanings are those of
 * the Hugging Face Trainer.
 *
 * @param epochs passes over the examples, at least 1
 * @param batch examples a step, at least 1; an epoch's last batch may be smaller
 * @param learningRate the highest; above 0, at most 1
 * @param warmupRatio the share of the steps, rounded up, in which the learning rate climbs from 0;
 *     0 to 1. After them it falls in a line, to 0 after the last step.
 * @param adam the optimizer's settings
 * @param maxGradientNorm to which a longer gradient is cut, above 0; 0 for no limit
 * @param seed of the order of examples, of a new adapter and of dropout; 0 to 2^32 - 1
 * @param maxLength tokens after which an example is cut, from 2 on
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
   * Settings of AdamW (Loshchilov and Hutter 2019).
   *
   * @param beta1 share of the old mean of gradients, 0 to 1, exclusive
   * @param beta2 share of the old mean of their squares, 0 to 1, exclusive
   * @param epsilon added to the root, above 0
   * @param weightDecay share of a weight that a step at learning rate 1 takes away, at least 0;
   *     biases and gains are spared
   */
  public record Adam(double beta1, double beta2, double epsilon, double weightDecay) {
    /** As the Trainer has it. */
    public static final Adam DEFAULT = new Adam(0.9, 0.999, 1e-8, 0);

    /** Checks the ranges. */
    public Adam {
      require(beta1 >= 0 && beta1 < 1, "Adam's first beta", beta1, "from 0 to below 1");
      require(beta2 >= 0 && beta2 < 1, "Adam's second beta", beta2, "from 0 to below 1");
      require(epsilon > 0 && epsilon < 1, "Adam's epsilon", epsilon, "above 0 and below 1");
      require(weightDecay >= 0 && weightDecay <= 1, "weight decay", weightDecay, "from 0 to 1");
    }
  }

  /** Checks the ranges. */
  public TrainingHyperParameters {
    require(epochs >= 1, "epochs", epochs, "1 or more");
    require(batch >= 1, "batch size", batch, "1 or more");
    require(learningRate > 0 && learningRate <= 1, "learning rate", learningRate, "above 0 to 1");
    require(warmupRatio >= 0 && warmupRatio <= 1, "warm-up ratio", warmupRatio, "from 0 to 1");
    require(
        maxGradientNorm >= 0 && Double.isFinite(maxGradientNorm),
        "maximal gradient norm",
        maxGradientNorm,
        "above 0, or 0 for no limit");
    require(seed >= 0 && seed < SEEDS, "seed", seed, "from 0 to 4294967295");
    RepresentationSettings.requireMaxLength(maxLength);
  }

  static void require(boolean holds, String name, Number value, String allowed) {
    if (!holds) {
      throw new IllegalArgumentException(name + " " + value + ": use a value " + allowed);
    }
  }

  /** The same but for the number of epochs. */
  public TrainingHyperParameters withEpochs(int wanted) {
    return new TrainingHyperParameters(
        wanted, batch, learningRate, warmupRatio, adam, maxGradientNorm, seed, maxLength);
  }

  /** The same but for the batch size. */
  public TrainingHyperParameters withBatch(int wanted) {
    return new TrainingHyperParameters(
        epochs, wanted, learningRate, warmupRatio, adam, maxGradientNorm, seed, maxLength);
  }

  /** The same but for the learning rate. */
  public TrainingHyperParameters withLearningRate(double wanted) {
    return new TrainingHyperParameters(
        epochs, batch, wanted, warmupRatio, adam, maxGradientNorm, seed, maxLength);
  }

  /** The same but for the seed. */
  public TrainingHyperParameters withSeed(long wanted) {
    return new TrainingHyperParameters(
        epochs, batch, learningRate, warmupRatio, adam, maxGradientNorm, wanted, maxLength);
  }

  /** The same but for the length limit. */
  public TrainingHyperParameters withMaxLength(int wanted) {
    return new TrainingHyperParameters(
        epochs, batch, learningRate, warmupRatio, adam, maxGradientNorm, seed, wanted);
  }

  /** Steps of a run. */
  int steps(int examples) {
    return Math.multiplyExact(epochs, stepsAnEpoch(examples));
  }

  /** Steps of an epoch; the last may have fewer examples. */
  int stepsAnEpoch(int examples) {
    return (examples - 1) / batch + 1;
  }
}
