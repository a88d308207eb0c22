package io.sluice.streams.similarity;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Decodes vectors of encoding SIGN to masks, piece by piece. Not thread-safe. */
final class SignPieces {
  /** Values per piece; the last piece of a vector may be shorter. */
  static final int LENGTH = 8192;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** For each byte of eight signs, eight bytes with all bits set or none. */
  private static final long[] MASKS = masks();

  private final byte[] signs = new byte[LENGTH / 8];
  private final byte[] masks = new byte[LENGTH];

  /** The number of shorts that hold a number of values, rounded up to whole steps. */
  static int wholeSteps(int values) {
    int step = 2 * SignProducts.STEP;
    return (values + step - 1) / step * SignProducts.STEP;
  }

  /**
   * Decodes a piece.
   *
   * @param row an encoded vector of signs, from index 0 on
   * @param dimension number of values of the vector
   * @param from index of the first value, a multiple of {@link #LENGTH}
   * @param into receives one byte per value, two in a short: all bits are set when the value is
   *     positive, else none; padded with zeros to whole steps
   * @return the number of positive values
   */
  int decode(ByteBuffer row, int dimension, int from, short[] into) {
    int count = Math.min(LENGTH, dimension - from);
    int bytes = (count + 7) / 8;
    row.get(from / 8, signs, 0, bytes);
    if (count % 8 > 0) {
      signs[bytes - 1] &= (byte) ((1 << count % 8) - 1);
    }
    int positive = 0;
    for (int i = 0; i < bytes; i++) {
      int bits = signs[i] & 0xff;
      LONGS.set(masks, i * 8, MASKS[bits]);
      positive += Integer.bitCount(bits);
    }
    int shorts = wholeSteps(count);
    Arrays.fill(masks, bytes * 8, shorts * 2, (byte) 0);
    ByteBuffer.wrap(masks).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer().get(into, 0, shorts);
    return positive;
  }

  private static long[] masks() {
    long[] table = new long[1 << Byte.SIZE];
    for (int bits = 0; bits < table.length; bits++) {
      for (int i = 0; i < Byte.SIZE; i++) {
        table[bits] |= (bits >> i & 1) * 0xffL << i * Byte.SIZE;
      }
    }
    return table;
  }
}
