package io.sluice.streams.similarity;

import io.sluice.schemas.FeatureEncoding;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Decodes vectors piece by piece: a piece of sixteen candidates and the same piece of four queries
 * stay in a processor's nearest caches. Not thread-safe.
 */
final class FloatPieces {
  /** Values of a piece; a vector's last piece has what is left. */
  static final int LENGTH = 1024;

  private final FloatProducts products;
  private final short[] halves = new short[LENGTH];
  private final byte[] bytes = new byte[LENGTH];

  FloatPieces(FloatProducts products) {
    this.products = products;
  }

  /** Values rounded up to whole lanes. */
  static int wholeLanes(int values) {
    return (values + FloatProducts.LANES - 1) / FloatProducts.LANES * FloatProducts.LANES;
  }

  /**
   * Decodes a piece.
   *
   * @param encoding FLOAT32, FLOAT16 or INT8
   * @param row an encoded vector, little-endian, from 0 on
   * @param dimension values of the vector
   * @param from first value, a multiple of {@link #LENGTH}
   * @param into receives the values and zeros up to whole lanes
   * @return whether all values are finite; of FLOAT32 they are left as they are
   */
  boolean decode(FeatureEncoding encoding, ByteBuffer row, int dimension, int from, float[] into) {
    int count = Math.min(LENGTH, dimension - from);
    Arrays.fill(into, count, wholeLanes(count), 0);
    switch (encoding) {
      case FLOAT32 -> row.asFloatBuffer().get(from, into, 0, count);
      case FLOAT16 -> {
        row.asShortBuffer().get(from, halves, 0, count);
        return products.widen(halves, into, count) < FloatProducts.INFINITE_HALF;
      }
      case INT8 -> {
        row.get(from, bytes, 0, count);
        products.widen(bytes, into, count);
      }
      case INT4, SIGN -> throw new IllegalArgumentException(encoding + " is decoded to levels");
    }
    return true;
  }

  /**
   * A vector's squared length; infinite or NaN when a value is not finite.
   *
   * @param encoding FLOAT32, FLOAT16 or INT8
   * @param row an encoded vector, little-endian, from 0 on
   * @param dimension values of the vector
   */
  double squares(FeatureEncoding encoding, ByteBuffer row, int dimension) {
    float[] piece = new float[LENGTH];
    float[] lanes = new float[FloatProducts.LANES];
    for (int from = 0; from < dimension; from += LENGTH) {
      if (!decode(encoding, row, dimension, from, piece)) {
        return Double.POSITIVE_INFINITY;
      }
      products.square(piece, wholeLanes(Math.min(LENGTH, dimension - from)), lanes);
    }
    return FloatProducts.sum(lanes, 0);
  }
}
