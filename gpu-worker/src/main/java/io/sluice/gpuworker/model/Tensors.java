package io.sluice.gpuworker.model;

import java.io.IOException;

/** Named tensors, read one at a time and widened to 32-bit floats. */
interface Tensors {
  /** Whether a tensor is there. */
  boolean has(String name);

  /**
   * A tensor's shape.
   *
   * @throws UnusableModelException when there is no such tensor
   */
  long[] shape(String name) throws UnusableModelException;

  /**
   * A tensor's values, row-major.
   *
   * @param shape what the tensor's shape must be
   * @throws UnusableModelException when there is no such tensor, or of another shape or type
   */
  float[] read(String name, long... shape) throws IOException;
}
