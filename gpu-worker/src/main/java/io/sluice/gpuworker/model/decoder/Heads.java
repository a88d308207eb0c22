package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/**
 * A linear layer whose output is a row of heads, normalised where the model does so.
 *
 * @param norm over as many values as it has gains: of one head, or of all heads together
 */
record Heads(Linear linear, int headSize, Optional<RmsNorm> norm) {
  /**
   * Projects and splits.
   *
   * @param x shape [batch, positions, in]
   * @return shape [batch, positions, heads, head size]
   */
  NDArray apply(NDArray x, Lora lora) {
    NDArray y = linear.apply(x, lora);
    NDArray normed = norm.map(present -> present.apply(split(y, present.width()))).orElse(y);
    return split(normed, headSize);
  }

  /** The same layer with other arrays as its weights. */
  Heads with(WeightMap weights) {
    return new Heads(linear.with(weights), headSize, norm.map(present -> present.with(weights)));
  }

  private static NDArray split(NDArray y, int width) {
    return y.reshape(y.getShape().get(0), y.getShape().get(1), -1, width);
  }
}
