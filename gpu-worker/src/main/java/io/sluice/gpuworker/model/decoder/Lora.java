package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/** The adapters of one forward pass through a decoder. */
public interface Lora {
  /** No adapter, for a pass through the base model. */
  Lora NONE = (module, x) -> Optional.empty();

  /**
   * Computes what the adapters add to the output of a linear layer.
   *
   * @param module the layer's name in the model
   * @param x the layer's input, shape [1 or adapters, positions, in]
   * @return shape [adapters, positions, out]; empty if the layer has no adapter
   */
  Optional<NDArray> delta(String module, NDArray x);
}
