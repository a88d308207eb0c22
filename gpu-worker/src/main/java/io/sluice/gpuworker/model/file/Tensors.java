package io.sluice.gpuworker.model.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * A source of named tensors, which are read one at a time, as they are stored or widened to 32-bit
 * floats.
 */
public interface Tensors {
  /** The names of all tensors. */
  Set<String> names();

  /** Whether there is a tensor of this name. */
  default boolean has(String name) {
    return names().contains(name);
  }

  /**
   * The size of each axis of a tensor, outermost first.
   *
   * @throws UnusableModelException when there is no such tensor
   */
  long[] shape(String name) throws UnusableModelException;

  /**
   * The size of a tensor's first axis; 0 for a scalar.
   *
   * @throws UnusableModelException when there is no such tensor
   */
  default int rows(String name) throws UnusableModelException {
    return (int) LongStream.of(shape(name)).findFirst().orElse(0);
  }

  /**
   * Reads a tensor's values in row-major order.
   *
   * @param shape the shape that the tensor must have
   * @throws UnusableModelException when there is no such tensor, or it has another shape, an
   *     unsupported type or 2 GiB or more
   */
  float[] read(String name, long... shape) throws IOException;

  /**
   * The type in which a tensor's values are stored.
   *
   * @throws UnusableModelException when there is no such tensor, or its type is not supported
   */
  ElementType type(String name) throws UnusableModelException;

  /**
   * Reads values of a tensor in row-major order as they are stored, little-endian. When the buffer
   * is direct, they go from the file into its memory without a copy. A buffer has less than 2 GiB;
   * a larger tensor is read in parts.
   *
   * @param from the first byte to read, counted from the beginning of the tensor
   * @param into is filled from its position to its limit, which must be no more bytes than the
   *     tensor has from there
   * @param shape the shape that the tensor must have
   * @throws UnusableModelException when there is no such tensor, or it has another shape or an
   *     unsupported type
   */
  void read(String name, long from, ByteBuffer into, long... shape) throws IOException;
}
