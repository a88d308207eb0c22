package io.sluice.gpuworker.finetune;

import java.util.List;

/**
 * A parameter in training.
 *
 * @param name by which the optimizer's state calls it
 * @param stored by which the file of weights calls it
 * @param shape sizes, outermost first
 * @param offset in the flat vector of all parameters
 */
record TrainedParameter(String name, String stored, List<Integer> shape, int offset) {
  TrainedParameter {
    shape = List.copyOf(shape);
  }

  /** How many values it has. */
  int size() {
    return shape.stream().reduce(1, Math::multiplyExact);
  }

  /** Where the next one begins. */
  int end() {
    return Math.addExact(offset, size());
  }

  /** Whether weight decay makes it smaller: matrices, not biases and gains. */
  boolean decays() {
    return shape.size() > 1;
  }
}
