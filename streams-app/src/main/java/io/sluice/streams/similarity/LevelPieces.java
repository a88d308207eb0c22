package io.sluice.streams.similarity;

import io.sluice.schemas.FeatureEncoding;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Decodes vectors of small whole numbers piece by piece. Not thread-safe. */
final class LevelPieces {
  /** Values of a piece; a vector's last piece has what is left. */
  static final int LENGTH = 8192;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  /** The eight values, +1 or -1, that each byte of signs stands for. */
  private static final long[] SIGNS = signs();

  /** The two values that each byte of four bits a value stands for, lower half first. */
  private static final short[] PAIRS = pairs();

  private final byte[] bytes = new byte[LENGTH / 2];

  /** Values rounded up to whole steps. */
  static int wholeSteps(int values) {
    return (values + ByteProducts.STEP - 1) / ByteProducts.STEP * ByteProducts.STEP;
  }

  /** The largest magnitude of a value. */
  static int largest(FeatureEncoding encoding) {
    return encoding == FeatureEncoding.SIGN ? 1 : 8;
  }

  /**
   * Decodes a piece.
   *
   * @param encoding INT4 or SIGN
   * @param row an encoded vector, from 0 on
   * @param dimension values of the vector
   * @param from first value, a multiple of {@link #LENGTH}
   * @param into receives the values and zeros up to whole steps
   */
  void decode(FeatureEncoding encoding, ByteBuffer row, int dimension, int from, byte[] into) {
    int count = Math.min(LENGTH, dimension - from);
    if (encoding == FeatureEncoding.SIGN) {
      int read = (count + 7) / 8;
      row.get(from / 8, bytes, 0, read);
      for (int i = 0; i < read; i++) {
        LONGS.set(into, i * 8, SIGNS[bytes[i] & 0xff]);
      }
    } else {
      int read = (count + 1) / 2;
      row.get(from / 2, bytes, 0, read);
      for (int i = 0; i < read; i++) {
        SHORTS.set(into, i * 2, PAIRS[bytes[i] & 0xff]);
      }
    }
    Arrays.fill(into, count, wholeSteps(count), (byte) 0);
  }

  /**
   * A vector's squared length.
   *
   * @param encoding INT4 or SIGN
   * @param row an encoded vector, from 0 on
   * @param dimension values of the vector
   */
  long squares(FeatureEncoding encoding, ByteBuffer row, int dimension) {
    if (encoding == FeatureEncoding.SIGN) {
      return dimension;
    }
    byte[] piece = new byte[LENGTH];
    long squares = 0;
    for (int from = 0; from < dimension; from += LENGTH) {
      decode(encoding, row, dimension, from, piece);
      int count = Math.min(LENGTH, dimension - from);
      for (int i = 0; i < count; i++) {
        squares += piece[i] * piece[i];
      }
    }
    return squares;
  }

  private static long[] signs() {
    long[] table = new long[1 << Byte.SIZE];
    for (int bits = 0; bits < table.length; bits++) {
      for (int i = 0; i < Byte.SIZE; i++) {
        long value = (bits >> i & 1) == 1 ? 1 : 0xff;
        table[bits] |= value << i * Byte.SIZE;
      }
    }
    return table;
  }

  private static short[] pairs() {
    short[] table = new short[1 << Byte.SIZE];
    for (int bits = 0; bits < table.length; bits++) {
      int low = (bits & 0xf) - 8;
      int high = (bits >> 4) - 8;
      table[bits] = (short) (high << Byte.SIZE | low & 0xff);
    }
    return table;
  }
}
