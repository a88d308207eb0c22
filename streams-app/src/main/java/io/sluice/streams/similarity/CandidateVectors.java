package io.sluice.streams.similarity;

import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.encoding.FeatureCodec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The vectors of one candidate, checked once, to be scored against any number of tasks. Refers to
 * the encoded bytes, which must not change, and holds the norms of the vectors. Immutable.
 */
public final class CandidateVectors {
  /**
   * The largest norm of a vector. With a query whose vectors are no longer, products and their sums
   * stay far within the range of 32-bit numbers, so that every score is finite.
   */
  public static final double MAX_NORM = 1e15;

  private final FeatureEncoding encoding;
  private final List<ByteBuffer> rows;
  private final int dimension;
  private final double[] inverseNorms;

  private CandidateVectors(
      FeatureEncoding encoding, List<ByteBuffer> rows, int dimension, double[] inverseNorms) {
    this.encoding = encoding;
    this.rows = List.copyOf(rows);
    this.dimension = dimension;
    this.inverseNorms = inverseNorms;
  }

  /**
   * Checks the vectors of a stored candidate.
   *
   * @param encoding encoding of the values
   * @param features encoded matrix, shape [checkpoints, dimension]; not copied
   * @param checkpoints number of vectors, at least 1
   * @param dimension values per vector, at least 1
   * @throws IllegalArgumentException when the number of bytes is not that of the shape, or a vector
   *     is all zero, has a value that is not finite, or is longer than {@link #MAX_NORM}
   */
  public static CandidateVectors of(
      FeatureEncoding encoding, ByteBuffer features, int checkpoints, int dimension) {
    return of(encoding, features, checkpoints, dimension, Arithmetic.fastest());
  }

  /**
   * Checks the vectors of a candidate in full precision.
   *
   * @param rows shape [checkpoints][dimension], of any norm; copied
   * @throws IllegalArgumentException when a vector is all zero or has a value that is not finite,
   *     or the dimensions differ
   */
  public static CandidateVectors of(float[][] rows) {
    return of(rows, Arithmetic.fastest());
  }

  static CandidateVectors of(float[][] rows, Arithmetic arithmetic) {
    ByteBuffer features = FeatureCodec.encode(FeatureEncoding.FLOAT32, rows);
    return of(FeatureEncoding.FLOAT32, features, rows.length, rows[0].length, arithmetic);
  }

  /**
   * Checks the vectors of a stored candidate with the given loops; the other parameters are as
   * above.
   *
   * @param arithmetic the loops; makes no difference to scores
   */
  public static CandidateVectors of(
      FeatureEncoding encoding,
      ByteBuffer features,
      int checkpoints,
      int dimension,
      Arithmetic arithmetic) {
    int rowBytes = FeatureCodec.rowBytes(encoding, dimension);
    long expected = (long) checkpoints * rowBytes;
    if (features.remaining() != expected) {
      throw new IllegalArgumentException(
          "features have " + features.remaining() + " bytes, not " + expected);
    }
    FloatPieces pieces = new FloatPieces(arithmetic.floats());
    List<ByteBuffer> rows = new ArrayList<>();
    double[] inverseNorms = new double[checkpoints];
    for (int c = 0; c < checkpoints; c++) {
      ByteBuffer row = features.slice(features.position() + c * rowBytes, rowBytes);
      rows.add(row.order(ByteOrder.LITTLE_ENDIAN));
      double squaredNorm =
          encoding == FeatureEncoding.SIGN
              ? dimension
              : pieces.squaredNorm(encoding, row, dimension);
      if (squaredNorm == 0) {
        throw new IllegalArgumentException("a feature vector is all zero");
      }
      if (!(squaredNorm < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("a feature vector is not finite");
      }
      if (squaredNorm > MAX_NORM * MAX_NORM) {
        throw new IllegalArgumentException(
            "a feature vector has a norm of %.3g: at most %.0e is supported"
                .formatted(Math.sqrt(squaredNorm), MAX_NORM));
      }
      inverseNorms[c] = 1 / Math.sqrt(squaredNorm);
    }
    return new CandidateVectors(encoding, rows, dimension, inverseNorms);
  }

  /** The number of vectors. */
  public int checkpoints() {
    return rows.size();
  }

  /** The number of values per vector. */
  public int dimension() {
    return dimension;
  }

  FeatureEncoding encoding() {
    return encoding;
  }

  /** The encoded vector of a checkpoint: little-endian, from index 0 of the buffer on. */
  ByteBuffer row(int checkpoint) {
    return rows.get(checkpoint);
  }

  /** One divided by the L2 norm of the vector of a checkpoint. */
  double inverseNorm(int checkpoint) {
    return inverseNorms[checkpoint];
  }
}
