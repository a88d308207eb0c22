package io.sluice.streams.similarity;

import io.sluice.schemas.FeatureEncoding;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Decodes vectors of all encodings except SIGN, piece by piece. A piece is so short that the pieces
 * of the queries and candidates of one tile fit into a processor's nearest cache, and those of all
 * candidates that are scored together into the next one. Not thread-safe.
 */
final class FloatPieces {
  /** Values per piece; the last piece of a vector may be shorter. */
  static final int LENGTH = 1024;

  /** From this number on, the bits of a half without its sign stand for infinity or NaN. */
  private static final int NOT_FINITE = 0x7c00;

  /**
   * Factor from the bits of a half, shifted to where a float has them and read as a float, to the
   * half's value: 2^(127 - 15), for the different biases of the exponents.
   */
  private static final float HALF_SCALE = 0x1p112f;

  private static final VarHandle PAIRS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  /** The two values in each byte of INT4, as one byte each, the lower half first. */
  private static final short[] NIBBLES = nibbleTable();

  /** The sum of the squares of the two values in each byte of INT4. */
  private static final short[] SQUARES = squareTable();

  private final FloatProducts products;
  private final short[] halves = new short[LENGTH];
  private final byte[] bytes = new byte[LENGTH];
  private final byte[] nibbles = new byte[LENGTH / 2];

  FloatPieces(FloatProducts products) {
    this.products = products;
  }

  /** Rounds a number of values up to a multiple of the number of lanes. */
  static int wholeLanes(int values) {
    return (values + FloatProducts.LANES - 1) / FloatProducts.LANES * FloatProducts.LANES;
  }

  /**
   * Decodes a piece.
   *
   * @param encoding any encoding except SIGN
   * @param row an encoded vector, little-endian, from index 0 on
   * @param dimension number of values of the vector
   * @param from index of the first value, a multiple of {@link #LENGTH}
   * @param into receives the values, padded with zeros to whole lanes; a half that is NaN becomes
   *     infinite
   */
  void decode(FeatureEncoding encoding, ByteBuffer row, int dimension, int from, float[] into) {
    int count = Math.min(LENGTH, dimension - from);
    Arrays.fill(into, count, wholeLanes(count), 0);
    switch (encoding) {
      case FLOAT32 -> row.asFloatBuffer().get(from, into, 0, count);
      case FLOAT16 -> {
        row.asShortBuffer().get(from, halves, 0, count);
        for (int i = 0; i < count; i++) {
          into[i] = halfToFloat(halves[i]);
        }
      }
      case INT8 -> {
        row.get(from, bytes, 0, count);
        products.widen(bytes, into, count);
      }
      case INT4 -> {
        int read = (count + 1) / 2;
        row.get(from / 2, nibbles, 0, read);
        for (int i = 0; i < read; i++) {
          PAIRS.set(bytes, 2 * i, NIBBLES[nibbles[i] & 0xff]);
        }
        products.widen(bytes, into, count);
      }
      case SIGN -> throw new IllegalArgumentException("signs are not decoded to floats");
    }
  }

  /**
   * Converts a half to a float. This is exact for subnormal halves too: their shifted bits, read as
   * a float, are a subnormal float, which the factor scales exactly.
   */
  private static float halfToFloat(short half) {
    int magnitude = half & 0x7fff;
    float value = Float.intBitsToFloat(half & 0x80000000 | magnitude << 13) * HALF_SCALE;
    return magnitude < NOT_FINITE ? value : Float.POSITIVE_INFINITY;
  }

  /**
   * The squared L2 norm of a vector; infinite or NaN when a value is not finite.
   *
   * @param encoding any encoding except SIGN
   * @param row an encoded vector, little-endian, from index 0 on
   * @param dimension number of values of the vector
   */
  double squaredNorm(FeatureEncoding encoding, ByteBuffer row, int dimension) {
    if (encoding == FeatureEncoding.INT4) {
      return squaredNormOfInt4(row, dimension);
    }
    float[] piece = new float[LENGTH];
    float[] lanes = new float[FloatProducts.LANES];
    for (int from = 0; from < dimension; from += LENGTH) {
      decode(encoding, row, dimension, from, piece);
      products.square(piece, wholeLanes(Math.min(LENGTH, dimension - from)), lanes);
    }
    return FloatProducts.sum(lanes, 0);
  }

  /** Sums integers, which is exact and faster than decoding to floats. */
  private long squaredNormOfInt4(ByteBuffer row, int dimension) {
    long sum = 0;
    for (int from = 0; from < row.limit(); from += nibbles.length) {
      int read = Math.min(nibbles.length, row.limit() - from);
      row.get(from, nibbles, 0, read);
      for (int i = 0; i < read; i++) {
        sum += SQUARES[nibbles[i] & 0xff];
      }
    }
    int unused = dimension % 2 == 0 ? 0 : NIBBLES[row.get(row.limit() - 1) & 0xff] >> Byte.SIZE;
    return sum - unused * unused;
  }

  private static short[] nibbleTable() {
    short[] table = new short[1 << Byte.SIZE];
    for (int bits = 0; bits < table.length; bits++) {
      int low = (bits & 0xf) - 8;
      int high = (bits >> 4) - 8;
      table[bits] = (short) (high << Byte.SIZE | low & 0xff);
    }
    return table;
  }

  private static short[] squareTable() {
    short[] table = new short[1 << Byte.SIZE];
    for (int bits = 0; bits < table.length; bits++) {
      int low = (bits & 0xf) - 8;
      int high = (bits >> 4) - 8;
      table[bits] = (short) (low * low + high * high);
    }
    return table;
  }
}
