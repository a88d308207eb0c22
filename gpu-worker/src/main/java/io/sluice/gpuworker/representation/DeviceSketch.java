package io.sluice.gpuworker.representation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;

/**
 * Computes {@link CountSketch}es on the device that holds the gradients, so that only the sketches
 * have to be copied to the host. A few operations serve all examples of a pass at a checkpoint: the
 * values are reordered such that those of a block stand in the order of their buckets, get their
 * signs, and the blocks are added up.
 *
 * <p>The sums are those of {@link CountSketch#apply}, in an order that the device chooses, so the
 * results are within 1e-6 (relative L2 error). The signs are kept on the device, one byte per value
 * and checkpoint. Immutable and thread-safe.
 */
final class DeviceSketch {
  private final NDArray signs;
  private final NDArray offsets;
  private final NDArray buckets;
  private final NDArray begins;
  private final NDArray last;
  private final NDArray width;
  private final int checkpoints;

  /**
   * Copies the signs and the offsets for all checkpoints to the device.
   *
   * @param manager owns them; it is on the device
   * @param checkpoints the number of checkpoints
   * @param size the number of values of a gradient
   */
  DeviceSketch(NDManager manager, CountSketch sketch, int checkpoints, int size) {
    this.checkpoints = checkpoints;
    int count = sketch.dimension(size);
    int blocks = (size + count - 1) / count;
    ByteBuffer signed = ByteBuffer.allocateDirect(Math.multiplyExact(checkpoints, blocks * count));
    long[] shifts = new long[checkpoints * blocks];
    for (int c = 0; c < checkpoints; c++) {
      long key = sketch.key(c);
      for (int block = 0; block < blocks; block++) {
        int begin = block * count;
        int offset = CountSketch.offset(key, begin, count);
        shifts[c * blocks + block] = (long) count - offset;
        for (int bucket = 0; bucket < count; bucket++) {
          int i = begin + Math.floorMod(bucket - offset, count);
          signed.put(i < size ? sign(key, i) : 0);
        }
      }
    }
    signs = manager.create(signed.flip(), new Shape(checkpoints, 1, blocks, count), DataType.INT8);
    offsets = manager.create(shifts, new Shape(checkpoints, blocks, 1));
    buckets = manager.arange(0, count, 1, DataType.INT64);
    width = manager.create((long) count);
    begins = manager.arange(0, blocks, 1, DataType.INT64).mul(width).reshape(blocks, 1);
    last = manager.create(size - 1L);
  }

  private static byte sign(long key, int i) {
    return (byte) ((CountSketch.signs(key, i) >>> i & 1) == 0 ? 1 : -1);
  }

  /**
   * Sketches the gradients of several examples at all checkpoints.
   *
   * @param gradients shape [checkpoints * examples, size], all examples at the first checkpoint
   *     first; not changed
   * @return shape [checkpoints * examples, buckets]
   */
  NDArray apply(NDArray gradients, int examples) {
    NDArray all = gradients.reshape(checkpoints, examples, gradients.getShape().get(1));
    NDList sketches = new NDList();
    for (int c = 0; c < checkpoints; c++) {
      try (NDScope scope = new NDScope()) {
        scope.suppressNotUsedWarning();
        NDArray sums = sketch(all.get(c), c);
        NDScope.unregister(sums);
        sketches.add(sums);
      }
    }
    return NDArrays.concat(sketches, 0);
  }

  /** Takes shape [examples, size], returns shape [examples, buckets]. */
  private NDArray sketch(NDArray values, int checkpoint) {
    long examples = values.getShape().get(0);
    Shape blocks = signs.getShape().slice(2);
    // The offset is added to the bucket as its complement, so that the sum is not negative.
    NDArray order = buckets.add(offsets.get(checkpoint)).modi(width).addi(begins).minimum(last);
    NDArray reordered =
        values.gather(order.reshape(1, -1).broadcast(new Shape(examples, blocks.size())), 1);
    return reordered
        .reshape(new Shape(examples).addAll(blocks))
        .muli(signs.get(checkpoint))
        .sum(new int[] {1});
  }
}
