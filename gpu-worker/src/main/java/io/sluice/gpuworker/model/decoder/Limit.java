package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Keeps values between minus c and c: {@code c * tanh(x / c)} (soft-capping, Gemma Team 2024).
 *
 * @param scalar the limit c, a scalar array; empty for no limit
 */
record Limit(Optional<NDArray> scalar) {
  static Limit of(NDManager manager, OptionalDouble limit) {
    return new Limit(
        limit.isPresent()
            ? Optional.of(manager.create((float) limit.getAsDouble()))
            : Optional.empty());
  }

  /** Takes and returns any shape. */
  NDArray apply(NDArray x) {
    return scalar.map(limit -> x.div(limit).tanh().mul(limit)).orElse(x);
  }
}
