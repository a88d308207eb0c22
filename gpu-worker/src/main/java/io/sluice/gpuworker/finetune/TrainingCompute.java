package io.sluice.gpuworker.finetune;

import io.sluice.gpuworker.model.Torch;

/**
 * The threads and the size of packs in training and evaluation. The number of threads does not
 * affect the result. The size of packs affects rounding in the last bits, and which inputs dropout
 * drops.
 *
 * @param threads the number of threads that compute packs on the CPU, at least 1; a GPU always uses
 *     one
 * @param packTokens limit on the tokens of examples that are computed in one pass, at least 1; an
 *     example that is longer is computed alone. All threads together hold about {@code threads}
 *     times as many tokens in memory.
 */
public record TrainingCompute(int threads, int packTokens) {
  /** The default of {@code packTokens}. */
  public static final int DEFAULT_PACK_TOKENS = 256;

  /** Throws {@link IllegalArgumentException} when a value is below 1. */
  public TrainingCompute {
    TrainingHyperParameters.require(threads >= 1, "threads", threads, "of 1 or more");
    TrainingHyperParameters.require(
        packTokens >= 1, "tokens of a pack", packTokens, "of 1 or more");
  }

  /** The number of threads to use on a device: 1 on a GPU. */
  int threads(Torch torch) {
    return torch.manager().getDevice().isGpu() ? 1 : threads;
  }

  /** One thread per processor of this machine, and packs of the default size. */
  public static TrainingCompute ofMachine() {
    return new TrainingCompute(Runtime.getRuntime().availableProcessors(), DEFAULT_PACK_TOKENS);
  }
}
