package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;

/**
 * Root mean square norm (Zhang and Sennrich 2019): {@code gain * x / sqrt(mean(x^2) + epsilon)}
 * over the last axis.
 *
 * @param name of the gain among the model's weights
 * @param gain shape [width]
 */
record RmsNorm(String name, NDArray gain, float epsilon) {
  /** The same norm with another array as its gain. */
  RmsNorm with(WeightMap weights) {
    return new RmsNorm(name, weights.of(name, gain), epsilon);
  }

  /** How many values are normalised together. */
  int width() {
    return (int) gain.getShape().get(0);
  }

  /** Same shape as {@code x}, [..., width]. */
  NDArray apply(NDArray x) {
    int last = x.getShape().dimension() - 1;
    NDArray root = x.mul(x).mean(new int[] {last}, true).add(epsilon).sqrt();
    return x.div(root).mul(gain);
  }
}
