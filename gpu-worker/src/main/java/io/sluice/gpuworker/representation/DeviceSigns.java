package io.sluice.gpuworker.representation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * Packs the signs of vectors on the device that holds them, so that only a bit of each value is
 * copied to the host. The bits are those of {@link io.sluice.schemas.encoding.FeatureCodec#encode}
 * for {@code SIGN}: 1 for a value that is not below zero, the first of eight values in the lowest
 * bit. Immutable and thread-safe.
 *
 * <p>A vector that is zero or not finite has no direction, which its signs cannot tell. One more
 * byte behind them says whether it has one, by the rule of {@link UnitLength#scale}.
 */
final class DeviceSigns {
  private final NDArray places;
  private final NDArray zero;
  private final NDArray wideZero;
  private final NDArray infinity;

  /**
   * Copies the constants to the device.
   *
   * @param manager owns them; it is on the device
   */
  DeviceSigns(NDManager manager) {
    float[] powers = new float[Byte.SIZE];
    for (int i = 0; i < powers.length; i++) {
      powers[i] = 1 << i;
    }
    places = manager.create(powers);
    zero = manager.create(0f);
    wideZero = manager.create(0d);
    infinity = manager.create(Double.POSITIVE_INFINITY);
  }

  /**
   * Packs the signs of vectors.
   *
   * @param vectors shape [vectors, values], a multiple of 8 values; not changed
   * @return unsigned bytes, shape [vectors, values / 8 + 1]
   */
  NDArray pack(NDArray vectors) {
    Shape shape = vectors.getShape();
    NDArray bits =
        vectors
            .gte(zero)
            .toType(DataType.FLOAT32, false)
            .reshape(shape.get(0), shape.get(1) / Byte.SIZE, Byte.SIZE);
    NDArray wide = vectors.toType(DataType.FLOAT64, false);
    NDArray squares = wide.mul(wide).sum(new int[] {1}, true);
    NDArray directed = squares.gt(wideZero).logicalAnd(squares.lt(infinity));
    return bits.mul(places)
        .sum(new int[] {2})
        .toType(DataType.UINT8, false)
        .concat(directed.toType(DataType.UINT8, false), 1);
  }

  /**
   * Unpacks a vector.
   *
   * @param packed what {@link #pack} returned, on the host
   * @param row the index of the vector
   * @param width the number of its values
   * @return 1 for each value that is not below zero, and -1 for the others; zeros if the vector has
   *     no direction
   */
  static float[] unpack(byte[] packed, int row, int width) {
    int bytes = width / Byte.SIZE;
    int begin = row * (bytes + 1);
    float[] values = new float[width];
    if (packed[begin + bytes] != 0) {
      for (int i = 0; i < width; i++) {
        values[i] = (packed[begin + i / Byte.SIZE] >> i % Byte.SIZE & 1) == 1 ? 1 : -1;
      }
    }
    return values;
  }
}
