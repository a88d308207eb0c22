package io.sluice.schemas.encoding;

import io.sluice.schemas.FeatureEncoding;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Encodes feature vectors as bytes and decodes them.
 *
 * <p>A matrix of shape [checkpoints, dimension] is stored row after row, and each row begins on a
 * byte boundary. All encodings except FLOAT32 store values relative to the root mean square of
 * their row and do not store that scale: a decoded row has the right direction, but not unit
 * length, so readers divide by the length of the decoded row.
 */
public final class FeatureCodec {
  /** INT8 steps per root mean square. Values beyond 127 / 24 = 5.3 times that mean are clamped. */
  private static final double INT8_STEPS = 24;

  /** INT4 steps per root mean square. Values beyond 7 / 2 = 3.5 times that mean are clamped. */
  private static final double INT4_STEPS = 2;

  private FeatureCodec() {}

  /**
   * Returns how many bytes one encoded row takes.
   *
   * @param dimension values per row, at least 1
   */
  public static int rowBytes(FeatureEncoding encoding, int dimension) {
    return switch (encoding) {
      case FLOAT32 -> Math.multiplyExact(dimension, 4);
      case FLOAT16 -> Math.multiplyExact(dimension, 2);
      case INT8 -> dimension;
      case INT4 -> (dimension + 1) / 2;
      case SIGN -> (dimension + 7) / 8;
    };
  }

  /**
   * Encodes a matrix, one row per checkpoint.
   *
   * @param rows shape [checkpoints, dimension], every row of equal length, finite values
   * @return a buffer of checkpoints x {@link #rowBytes} bytes, ready to be read
   * @throws IllegalArgumentException when rows differ in length, a value is not finite, or a row is
   *     all zero and thus has no direction
   */
  public static ByteBuffer encode(FeatureEncoding encoding, float[][] rows) {
    int dimension = rows[0].length;
    ByteBuffer out =
        ByteBuffer.allocate(rows.length * rowBytes(encoding, dimension))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (float[] row : rows) {
      if (row.length != dimension) {
        throw new IllegalArgumentException("a representation has rows of different dimensions");
      }
      encodeRow(encoding, row, rootMeanSquare(row), out);
    }
    return out.flip().order(ByteOrder.BIG_ENDIAN);
  }

  /**
   * Decodes one row of an encoded matrix.
   *
   * @param features the encoded matrix, from its position to its limit; left unchanged
   * @param checkpoint index of the row, from 0
   * @param into receives the values, which are not of unit length; its length is the dimension
   * @throws IndexOutOfBoundsException when the buffer is too short to hold that row
   */
  public static void decodeRow(
      FeatureEncoding encoding, ByteBuffer features, int checkpoint, float[] into) {
    int dimension = into.length;
    int bytes = rowBytes(encoding, dimension);
    ByteBuffer in =
        features
            .slice(features.position() + checkpoint * bytes, bytes)
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < dimension; i++) {
      into[i] =
          switch (encoding) {
            case FLOAT32 -> in.getFloat(4 * i);
            case FLOAT16 -> Half.toFloat(in.getShort(2 * i));
            case INT8 -> in.get(i);
            case INT4 -> ((in.get(i >> 1) >> ((i & 1) << 2)) & 0xf) - 8;
            case SIGN -> ((in.get(i >> 3) >> (i & 7)) & 1) == 1 ? 1f : -1f;
          };
    }
  }

  private static void encodeRow(FeatureEncoding encoding, float[] row, double rms, ByteBuffer out) {
    switch (encoding) {
      case FLOAT32 -> {
        for (float value : row) {
          out.putFloat(value);
        }
      }
      case FLOAT16 -> {
        for (float value : row) {
          out.putShort(Half.fromFloat((float) (value / rms)));
        }
      }
      case INT8 -> {
        for (float value : row) {
          out.put((byte) quantise(value, INT8_STEPS / rms, 127));
        }
      }
      case INT4 -> {
        for (int i = 0; i < row.length; i += 2) {
          int low = quantise(row[i], INT4_STEPS / rms, 7) + 8;
          int high = i + 1 < row.length ? quantise(row[i + 1], INT4_STEPS / rms, 7) + 8 : 8;
          out.put((byte) (high << 4 | low));
        }
      }
      case SIGN -> {
        for (int i = 0; i < row.length; i += 8) {
          int bits = 0;
          for (int j = i; j < Math.min(i + 8, row.length); j++) {
            bits |= (row[j] >= 0 ? 1 : 0) << (j - i);
          }
          out.put((byte) bits);
        }
      }
    }
  }

  private static int quantise(float value, double scale, int limit) {
    return (int) Math.max(-limit, Math.min(limit, Math.round(value * scale)));
  }

  private static double rootMeanSquare(float[] row) {
    double sum = 0;
    for (float value : row) {
      sum += (double) value * value;
    }
    if (!(sum > 0) || Double.isInfinite(sum)) {
      throw new IllegalArgumentException(
          sum == 0
              ? "all values of a feature vector are zero"
              : "a feature vector contains a value that is not finite");
    }
    return Math.sqrt(sum / row.length);
  }
}
