package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/**
 * A frozen linear layer, with room for an adapter.
 *
 * @param module its name in the model, such as {@code model.layers.0.self_attn.q_proj}
 * @param weight shape [out, in]
 * @param bias shape [out]
 */
public record Linear(String module, NDArray weight, Optional<NDArray> bias) {
  /**
   * The layer's output with the adapter's share.
   *
   * @param x shape [batch, positions, in]
   * @return shape [batch, positions, out]
   */
  NDArray apply(NDArray x, Lora lora) {
    NDArray y = x.getNDArrayInternal().linear(x, weight, bias.orElse(null)).head();
    return lora.delta(module, x).map(y::add).orElse(y);
  }

  /** The same layer with other arrays as its weights. */
  Linear with(WeightMap weights) {
    return new Linear(
        module,
        weights.of(weightName(), weight),
        bias.map(present -> weights.of(module + ".bias", present)));
  }

  /** The name of the weight among the model's. */
  String weightName() {
    return module + ".weight";
  }

  public int in() {
    return (int) weight.getShape().get(1);
  }

  public int out() {
    return (int) weight.getShape().get(0);
  }
}
