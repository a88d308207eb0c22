package io.sluice.gpuworker.representation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;

/**
 * Turns the gradients of examples at all checkpoints into their vectors: applies the {@link
 * GradientForm} and the {@link Projection}. Implementations are thread-safe.
 */
interface GradientReduction {
  /**
   * Reduces the gradients of the examples of a pass.
   *
   * @param scratch owns the arrays that are created on the device
   * @param gradients plain gradients, shape [checkpoints * examples, size], all examples at the
   *     first checkpoint first; not changed
   * @param examples the number of examples
   * @param role decides the form: the gradient of a query stays plain
   * @return for each example, shape [checkpoints, dimension]; the rows are not scaled to unit
   *     length. Those of candidates may be as coarse as the encoding in which they are stored.
   */
  List<float[][]> reduce(NDManager scratch, NDArray gradients, int examples, ExampleRole role);
}
