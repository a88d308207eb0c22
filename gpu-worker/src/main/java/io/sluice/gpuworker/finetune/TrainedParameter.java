package io.sluice.gpuworker.finetune;

import java.util.List;

/**
 * One of the tensors that are trained.
 *
 * @param name its name in the file of the optimizer's state
 * @param stored its name in the file of the weights
 * @param shape its sizes, outermost dimension first
 * @param offset index of its first value in the flat vector of all parameters
 */
record TrainedParameter(String name, String stored, List<Integer> shape, int offset) {
  TrainedParameter {
    shape = List.copyOf(shape);
  }

  /** The number of its values. */
  int size() {
    return shape.stream().reduce(1, Math::multiplyExact);
  }

  /**
   * The index after its last value in the flat vector, where the next parameter begins.
   *
   * @throws ArithmeticException when the index does not fit into an int
   */
  int end() {
    return Math.addExact(offset, size());
  }

  /**
   * Whether weight decay applies: it does to matrices, but not to biases and the gains of norms.
   */
  boolean decays() {
    return shape.size() > 1;
  }
}
