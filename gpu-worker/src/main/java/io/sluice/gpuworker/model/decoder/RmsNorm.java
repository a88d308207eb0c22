package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Optional;

/**
 * Root mean square norm (Zhang and Sennrich 2019): {@code gain * x / sqrt(mean(x^2) + epsilon)}
 * over the last axis.
 *
 * <p>The constants are arrays that live as long as the model, because DJL copies a Java number to
 * the device for each operation.
 *
 * @param name the name of the weight in the files of the model
 * @param weight the gain, or the gain less the offset, shape [width]
 * @param offset what is added to the weight, a scalar array; empty if the weight is the gain
 * @param epsilon a scalar array
 */
record RmsNorm(String name, NDArray weight, Optional<NDArray> offset, NDArray epsilon) {
  /**
   * Creates a norm.
   *
   * @param manager owns the constants
   * @param gainLessOne whether the weight is the gain less 1
   */
  static RmsNorm of(
      NDManager manager, String name, NDArray weight, boolean gainLessOne, float epsilon) {
    return new RmsNorm(
        name,
        weight,
        gainLessOne ? Optional.of(manager.create(1f)) : Optional.empty(),
        manager.create(epsilon));
  }

  /** Returns a copy whose weight is replaced by that of the map. */
  RmsNorm with(WeightMap weights) {
    return new RmsNorm(name, weights.of(name, weight), offset, epsilon);
  }

  /** The number of values that are normalised together. */
  int width() {
    return (int) weight.getShape().get(0);
  }

  /** Takes and returns shape [..., width]. */
  NDArray apply(NDArray x) {
    int last = x.getShape().dimension() - 1;
    NDArray root = x.mul(x).mean(new int[] {last}, true).add(epsilon).sqrt();
    return x.div(root).mul(offset.map(weight::add).orElse(weight));
  }
}
