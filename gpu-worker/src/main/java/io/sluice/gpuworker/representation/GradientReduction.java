package io.sluice.gpuworker.representation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/**
 * Turns the gradients of an example at all checkpoints into its vectors: applies the {@link
 * GradientForm} and the {@link Projection}. Implementations are thread-safe.
 */
interface GradientReduction {
  /**
   * Reduces the gradients of one example.
   *
   * @param scratch owns the arrays that are created on the device
   * @param gradients plain gradients, shape [checkpoints, size]; not changed
   * @param role decides the form: the gradient of a query stays plain
   * @return shape [checkpoints, dimension]; the rows are not scaled to unit length
   */
  float[][] reduce(NDManager scratch, NDArray gradients, ExampleRole role);
}
