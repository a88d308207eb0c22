package io.sluice.gpuworker.finetune;

import io.sluice.gpuworker.device.DeviceChoice;
import io.sluice.gpuworker.model.Torch;
import io.sluice.gpuworker.model.decoder.WeightSettings;

/**
 * How training and evaluation compute. The number of threads does not affect the result. The size
 * of packs affects rounding in the last bits, and which inputs dropout drops.
 *
 * @param threads the number of threads that compute packs on the CPU, at least 1; a GPU always uses
 *     one
 * @param packTokens limit on the tokens of examples that are computed in one pass, at least 1; an
 *     example that is longer is computed alone. All threads together hold about {@code threads}
 *     times as many tokens in memory.
 * @param device the one device that is used
 * @param weights how the base model's weights are kept and multiplied. Adapters are always kept in
 *     32 bits, and so are weights that are trained themselves. Matrices that are widened are kept
 *     until the end of a pass in training.
 */
public record TrainingCompute(
    int threads, int packTokens, DeviceChoice device, WeightSettings weights) {
  /** The default of {@code packTokens}. */
  public static final int DEFAULT_PACK_TOKENS = 256;

  /** Throws {@link IllegalArgumentException} when a value is below 1. */
  public TrainingCompute {
    TrainingHyperParameters.require(threads >= 1, "threads", threads, "of 1 or more");
    TrainingHyperParameters.require(
        packTokens >= 1, "tokens of a pack", packTokens, "of 1 or more");
  }

  /** All weights in 32 bits, on a GPU if there is one. */
  public static TrainingCompute of(int threads, int packTokens) {
    return new TrainingCompute(threads, packTokens, DeviceChoice.AUTO, WeightSettings.DEFAULT);
  }

  /** The same on another device, with weights that are kept in another way. */
  public TrainingCompute on(DeviceChoice other, WeightSettings others) {
    return new TrainingCompute(threads, packTokens, other, others);
  }

  /** The number of threads to use on a device: 1 on a GPU. */
  int threads(Torch torch) {
    return torch.isGpu() ? 1 : threads;
  }

  /** One thread per processor of this machine, and packs of the default size. */
  public static TrainingCompute ofMachine() {
    return of(Runtime.getRuntime().availableProcessors(), DEFAULT_PACK_TOKENS);
  }
}
