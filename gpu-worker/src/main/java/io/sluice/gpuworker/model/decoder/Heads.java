package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/**
 * Splits a projection into attention heads, with an optional norm.
 *
 * @param size the number of values per head
 * @param norm as wide as one head, to normalise each head separately, or as wide as all heads
 *     together
 */
record Heads(int size, Optional<RmsNorm> norm) {
  /**
   * Normalises a projection and splits it into heads.
   *
   * @param y shape [batch, positions, heads * head size]
   * @return shape [batch, positions, heads, head size]
   */
  NDArray apply(NDArray y) {
    NDArray normed = norm.map(present -> present.apply(split(y, present.width()))).orElse(y);
    return split(normed, size);
  }

  /** Returns a copy whose weights are replaced by those of the map. */
  Heads with(WeightMap weights) {
    return new Heads(size, norm.map(present -> present.with(weights)));
  }

  private static NDArray split(NDArray y, int width) {
    return y.reshape(y.getShape().get(0), y.getShape().get(1), -1, width);
  }
}
