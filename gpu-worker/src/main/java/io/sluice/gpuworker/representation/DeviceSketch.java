package io.sluice.gpuworker.representation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;

/**
 * A {@link CountSketch} on the device that the gradients are on, so that a sketch is all that
 * leaves it.
 *
 * <p>Equal to the one in Java to the last bit: the same additions in the same order, each rounded
 * as IEEE 754 says. Signs are kept on the device, one byte a value and checkpoint. Immutable;
 * threads may share it.
 */
final class DeviceSketch {
  private final CountSketch sketch;
  private final NDArray signs;
  private final int[][] offsets;
  private final int buckets;

  /**
   * A sketch.
   *
   * @param manager owns the signs; on the device
   * @param size values of a gradient
   */
  DeviceSketch(NDManager manager, CountSketch sketch, int checkpoints, int size) {
    this.sketch = sketch;
    buckets = sketch.dimension(size);
    offsets = new int[checkpoints][(size + buckets - 1) / buckets];
    signs = manager.create(signs(checkpoints, size), new Shape(checkpoints, size), DataType.INT8);
  }

  private ByteBuffer signs(int checkpoints, int size) {
    ByteBuffer signs = ByteBuffer.allocateDirect(Math.multiplyExact(checkpoints, size));
    for (int c = 0; c < checkpoints; c++) {
      long key = sketch.key(c);
      for (int block = 0; block < offsets[c].length; block++) {
        offsets[c][block] = CountSketch.offset(key, block * buckets, buckets);
      }
      for (int i = 0; i < size; i++) {
        signs.put((byte) ((CountSketch.signs(key, i) >>> i & 1) == 0 ? 1 : -1));
      }
    }
    return signs.flip();
  }

  /**
   * Sketches the gradients of all checkpoints.
   *
   * @param scratch owns what is computed
   * @param gradients shape [checkpoints, size]; not changed
   * @return shape [checkpoints, buckets]
   */
  NDArray apply(NDManager scratch, NDArray gradients) {
    NDArray signed = gradients.mul(signs);
    NDArray sums = scratch.zeros(new Shape(offsets.length, buckets));
    long size = gradients.getShape().get(1);
    for (int c = 0; c < offsets.length; c++) {
      NDArray from = signed.get(c);
      NDArray into = sums.get(c);
      for (int block = 0; block < offsets[c].length; block++) {
        long begin = (long) block * buckets;
        long end = Math.min(size, begin + buckets);
        long wrap = Math.min(end, begin + buckets - offsets[c][block]);
        add(from, begin, wrap, into, offsets[c][block]);
        add(from, wrap, end, into, 0);
      }
    }
    return sums;
  }

  /** Slices are views: adding to one adds to the whole. */
  private static void add(NDArray from, long begin, long end, NDArray into, long at) {
    if (begin < end) {
      into.get(new NDIndex().addSliceDim(at, at + end - begin))
          .addi(from.get(new NDIndex().addSliceDim(begin, end)));
    }
  }
}
