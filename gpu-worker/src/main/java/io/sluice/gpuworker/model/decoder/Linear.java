package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/**
 * A linear layer that an adapter can extend. Its inputs and outputs are 32-bit floats.
 *
 * @param module the name of the layer in the model, such as {@code model.layers.0.self_attn.q_proj}
 * @param weight shape [out, in]
 * @param bias shape [out]; empty if the layer has none
 */
public record Linear(String module, Matrix weight, Optional<NDArray> bias) {
  /**
   * Computes the output, including that of the adapter if the layer has one.
   *
   * @param x shape [batch, positions, in]
   * @return shape [batch, positions, out]
   */
  NDArray apply(NDArray x, Lora lora) {
    NDArray y = weight.product(x, bias);
    return lora.delta(module, x).map(y::add).orElse(y);
  }

  /** Returns a copy whose weights are replaced by those of the map. */
  Linear with(WeightMap weights) {
    return new Linear(
        module,
        weight.with(weights, weightName()),
        bias.map(present -> weights.of(module + ".bias", present)));
  }

  /** The name of the weight in the files of the model. */
  String weightName() {
    return module + ".weight";
  }

  public int in() {
    return weight.width();
  }

  public int out() {
    return weight.height();
  }
}
