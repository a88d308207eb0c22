package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Optional;

/**
 * Multiplies values by a constant.
 *
 * @param scalar the constant, a scalar array; empty if it is 1
 */
record Factor(Optional<NDArray> scalar) {
  static Factor of(NDManager manager, double factor) {
    return new Factor(factor == 1 ? Optional.empty() : Optional.of(manager.create((float) factor)));
  }

  /** Takes and returns any shape. */
  NDArray apply(NDArray x) {
    return scalar.map(x::mul).orElse(x);
  }
}
