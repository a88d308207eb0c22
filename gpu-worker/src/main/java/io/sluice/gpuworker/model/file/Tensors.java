package io.sluice.gpuworker.model.file;

import java.io.IOException;
import java.util.stream.LongStream;

/** Named tensors, read one at a time and widened to 32-bit floats. */
public interface Tensors {
  /** Whether a tensor is there. */
  boolean has(String name);

  /**
   * A tensor's shape.
   *
   * @throws UnusableModelException when there is no such tensor
   */
  long[] shape(String name) throws UnusableModelException;

  /**
   * The size of a tensor's first axis; 0 where it has none.
   *
   * @throws UnusableModelException when there is no such tensor
   */
  default int rows(String name) throws UnusableModelException {
    return (int) LongStream.of(shape(name)).findFirst().orElse(0);
  }

  /**
   * A tensor's values, row-major.
   *
   * @param shape what the tensor's shape must be
   * @throws UnusableModelException when there is no such tensor, or of another shape or type
   */
  float[] read(String name, long... shape) throws IOException;
}
