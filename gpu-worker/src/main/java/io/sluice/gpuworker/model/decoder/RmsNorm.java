package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;

/**
 * Root mean square norm (Zhang and Sennrich 2019): {@code gain * x / sqrt(mean(x^2) + epsilon)}
 * over the last axis.
 *
 * @param name the name of the weight in the files of the model
 * @param weight the gain, or the gain less 1, shape [width]
 * @param gainLessOne whether the weight is the gain less 1
 */
record RmsNorm(String name, NDArray weight, boolean gainLessOne, float epsilon) {
  /** Returns a copy whose weight is replaced by that of the map. */
  RmsNorm with(WeightMap weights) {
    return new RmsNorm(name, weights.of(name, weight), gainLessOne, epsilon);
  }

  /** The number of values that are normalised together. */
  int width() {
    return (int) weight.getShape().get(0);
  }

  /** Takes and returns shape [..., width]. */
  NDArray apply(NDArray x) {
    int last = x.getShape().dimension() - 1;
    NDArray root = x.mul(x).mean(new int[] {last}, true).add(epsilon).sqrt();
    return x.div(root).mul(gainLessOne ? weight.add(1) : weight);
  }
}
