package io.sluice.gpuworker.finetune;

import io.sluice.gpuworker.model.Torch;

/**
 * How training is computed. The number of threads has no effect on what comes out; the size of
 * packs moves the last bits, and which values dropout leaves out.
 *
 * @param threads on which packs are computed on the CPU, at least 1; a GPU has one
 * @param packTokens tokens of the examples that are computed at once, at least 1; one example that
 *     is longer is computed alone. A pass holds about {@code threads} times as many in memory.
 */
public record TrainingCompute(int threads, int packTokens) {
  /** The default of {@code packTokens}. */
  public static final int DEFAULT_PACK_TOKENS = 256;

  /** Checks the bounds. */
  public TrainingCompute {
    TrainingHyperParameters.require(threads >= 1, "threads", threads, "of 1 or more");
    TrainingHyperParameters.require(
        packTokens >= 1, "tokens of a pack", packTokens, "of 1 or more");
  }

  /** The threads that are worth having on a device. */
  int threads(Torch torch) {
    return torch.manager().getDevice().isGpu() ? 1 : threads;
  }

  /** One thread a core, packs of the default size. */
  public static TrainingCompute ofMachine() {
    return new TrainingCompute(Runtime.getRuntime().availableProcessors(), DEFAULT_PACK_TOKENS);
  }
}
