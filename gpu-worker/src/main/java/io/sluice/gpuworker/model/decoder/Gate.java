package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.sluice.gpuworker.model.config.Activation;

/**
 * The activation of a feed-forward block.
 *
 * <p>The constants are arrays that live as long as the model: DJL wraps a Java number in memory
 * that may be freed before a backward pass reads it, and copies it to the device each time.
 *
 * @param slope a scalar array, the root of 2 / pi
 * @param cubic a scalar array, the root of 2 / pi times 0.044715
 * @param half a scalar array, 0.5
 * @param one a scalar array, 1
 */
record Gate(Activation activation, NDArray slope, NDArray cubic, NDArray half, NDArray one) {
  static Gate of(NDManager manager, Activation activation) {
    double slope = Math.sqrt(2 / Math.PI);
    return new Gate(
        activation,
        manager.create((float) slope),
        manager.create((float) (slope * 0.044715)),
        manager.create(0.5f),
        manager.create(1f));
  }

  /** Takes and returns any shape. */
  NDArray apply(NDArray x) {
    return switch (activation) {
      case SILU -> x.mul(x.getNDArrayInternal().sigmoid());
      case GELU -> x.getNDArrayInternal().gelu();
      case GELU_TANH -> x.mul(x).mul(cubic).add(slope).mul(x).tanh().add(one).mul(x).mul(half);
    };
  }
}
