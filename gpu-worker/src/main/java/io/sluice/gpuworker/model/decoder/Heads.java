package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/**
 * A linear layer whose output is split into attention heads, with an optional norm.
 *
 * @param norm as wide as one head, to normalise each head separately, or as wide as all heads
 *     together
 */
record Heads(Linear linear, int headSize, Optional<RmsNorm> norm) {
  /**
   * Projects the input, normalises the result and splits it into heads.
   *
   * @param x shape [batch, positions, in]
   * @return shape [batch, positions, heads, head size]
   */
  NDArray apply(NDArray x, Lora lora) {
    NDArray y = linear.apply(x, lora);
    NDArray normed = norm.map(present -> present.apply(split(y, present.width()))).orElse(y);
    return split(normed, headSize);
  }

  /** Returns a copy whose weights are replaced by those of the map. */
  Heads with(WeightMap weights) {
    return new Heads(linear.with(weights), headSize, norm.map(present -> present.with(weights)));
  }

  private static NDArray split(NDArray y, int width) {
    return y.reshape(y.getShape().get(0), y.getShape().get(1), -1, width);
  }
}
