package io.sluice.gpuworker.representation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/** What is made of the gradients of all checkpoints before they are kept. Thread-safe. */
interface GradientReduction {
  /**
   * Reduces gradients.
   *
   * @param scratch owns what is computed on the device
   * @param gradients plain, shape [checkpoints, size]; not changed
   * @param role whether the example is a candidate, whose gradient may have another form
   * @return shape [checkpoints, dimension], of any length
   */
  float[][] reduce(NDManager scratch, NDArray gradients, ExampleRole role);
}
