package io.sluice.gpuworker.model.file;

import java.util.Arrays;
import java.util.Optional;

/**
 * The location and shape of a tensor in a PyTorch file.
 *
 * @param storage the name of the zip entry that holds the values, {@code data/STORAGE}
 * @param typeName the name of the values' type in PyTorch, for messages
 * @param type how the values are read; empty for types of which only the shape can be used
 * @param offset the position of the first value in the storage, in values
 * @param shape the size of each axis, outermost first
 * @param strides the distance, in values, between neighbours on each axis
 */
public record TorchTensor(
    String storage,
    String typeName,
    Optional<ElementType> type,
    long offset,
    long[] shape,
    long[] strides) {
  /** Whether the values are contiguous and in row-major order. */
  boolean rowMajor() {
    long step = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      if (shape[axis] != 1 && strides[axis] != step) {
        return false;
      }
      step *= shape[axis];
    }
    return true;
  }

  /** The shape as it appears in error messages, such as {@code [8, 64]}. */
  public String shapeText() {
    return Arrays.toString(shape);
  }
}
