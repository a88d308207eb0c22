package io.sluice.gpuworker.representation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;

/**
 * Computes a {@link CountSketch} on the device that holds the gradients, so that only the sketch
 * has to be copied to the host.
 *
 * <p>The result equals that of {@link CountSketch#apply} to the last bit: the same additions in the
 * same order, each rounded according to IEEE 754. The signs are kept on the device, one byte per
 * value and checkpoint. Immutable and thread-safe.
 */
final class DeviceSketch {
  private final CountSketch sketch;
  private final NDArray signs;
  private final int[][] offsets;
  private final int buckets;

  /**
   * Copies the signs for all checkpoints to the device.
   *
   * @param manager owns the signs; it is on the device
   * @param checkpoints the number of checkpoints
   * @param size the number of values of a gradient
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
   * Sketches the gradients at all checkpoints.
   *
   * @param scratch owns the arrays that are created, including the result
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

  /** Adds in place: a slice is a view, so adding to it changes the array. */
  private static void add(NDArray from, long begin, long end, NDArray into, long at) {
    if (begin < end) {
      into.get(new NDIndex().addSliceDim(at, at + end - begin))
          .addi(from.get(new NDIndex().addSliceDim(begin, end)));
    }
  }
}
