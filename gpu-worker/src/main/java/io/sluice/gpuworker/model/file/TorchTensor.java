package io.sluice.gpuworker.model.file;

import java.util.Arrays;

/**
 * Where a tensor lies in a PyTorch file.
 *
 * @param storage the entry with its values: {@code data/STORAGE}
 * @param offset of its first value in the storage, in values
 * @param shape its axes
 * @param strides how far apart, in values, neighbours on each axis lie
 */
public record TorchTensor(
    String storage, ElementType type, long offset, long[] shape, long[] strides) {
  /** Whether its values follow each other in row-major order. */
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

  /** For people. */
  public String shapeText() {
    return Arrays.toString(shape);
  }
}
