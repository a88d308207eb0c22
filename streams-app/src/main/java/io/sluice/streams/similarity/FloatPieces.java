package io.sluice.streams.similarity;

import io.sluice.schemas.FeatureEncoding;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Decodes vectors piece by piece: the pieces of a tile's queries and candidates fit in a
 * processor's nearest cache together, those of all candidates in the next one. Not thread-safe.
 */
final class FloatPieces {
  /** Values of a piece; a vector's last piece has what is left. */
  static final int LENGTH = 1024;

  /** From this on, a half's bits beside its sign stand for infinity or no number. */
  private static final int NOT_FINITE = 0x7c00;

  /** Takes a half's bits, moved to where a float has them, to the half's value: 2^(127 - 15). */
  private static final float HALF_SCALE = 0x1p112f;

  private static final VarHandle PAIRS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  /** The two values that each byte of INT4 stands for, a byte each, lower half first. */
  private static final short[] NIBBLES = nibbleTable();

  /** The squares of these two values together. */
  private static final short[] SQUARES = squareTable();

  private final FloatProducts products;
  private final short[] halves = new short[LENGTH];
  private final byte[] bytes = new byte[LENGTH];
  private final byte[] nibbles = new byte[LENGTH / 2];

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
   * @param encoding any but SIGN
   * @param row an encoded vector, little-endian, from 0 on
   * @param dimension values of the vector
   * @param from first value, a multiple of {@link #LENGTH}
   * @param into receives the values and zeros up to whole lanes; a half that is no number becomes
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
          into[i] = widened(halves[i]);
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

  /** Exact for subnormal halves too: read as floats, they are subnormal floats. */
  private static float widened(short half) {
    int magnitude = half & 0x7fff;
    float value = Float.intBitsToFloat(half & 0x80000000 | magnitude << 13) * HALF_SCALE;
    return magnitude < NOT_FINITE ? value : Float.POSITIVE_INFINITY;
  }

  /**
   * A vector's squared length; infinite or NaN when a value is not finite.
   *
   * @param encoding any but SIGN
   * @param row an encoded vector, little-endian, from 0 on
   * @param dimension values of the vector
   */
  double squares(FeatureEncoding encoding, ByteBuffer row, int dimension) {
    if (encoding == FeatureEncoding.INT4) {
      return squares(row, dimension);
    }
    float[] piece = new float[LENGTH];
    float[] lanes = new float[FloatProducts.LANES];
    for (int from = 0; from < dimension; from += LENGTH) {
      decode(encoding, row, dimension, from, piece);
      products.square(piece, wholeLanes(Math.min(LENGTH, dimension - from)), lanes);
    }
    return FloatProducts.sum(lanes, 0);
  }

  /** Of four bits a value: exact, and faster than by floats. */
  private long squares(ByteBuffer row, int dimension) {
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
