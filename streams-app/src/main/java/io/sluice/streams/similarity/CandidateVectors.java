package io.sluice.streams.similarity;

import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.encoding.FeatureCodec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The vectors of one candidate, checked once, to be scored against any number of tasks. Holds the
 * encoded bytes, which must not change meanwhile, and the lengths of the vectors. Immutable.
 */
public final class CandidateVectors {
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
   * A candidate as it is stored.
   *
   * @param encoding of its values
   * @param features encoded matrix, shape [checkpoints, dimension]; kept, not copied
   * @param checkpoints its vectors, at least 1
   * @param dimension values a vector, at least 1
   * @throws IllegalArgumentException when there are more or fewer bytes than that, or a vector is
   *     all zero or has a value that is not finite
   */
  public static CandidateVectors of(
      FeatureEncoding encoding, ByteBuffer features, int checkpoints, int dimension) {
    return of(encoding, features, checkpoints, dimension, Arithmetic.fastest());
  }

  /**
   * A candidate in full precision.
   *
   * @param rows shape [checkpoints][dimension]; need not be of unit length; not kept
   * @throws IllegalArgumentException when a vector is all zero or has a value that is not finite,
   *     or their lengths differ
   */
  public static CandidateVectors of(float[][] rows) {
    return of(rows, Arithmetic.fastest());
  }

  static CandidateVectors of(float[][] rows, Arithmetic arithmetic) {
    ByteBuffer features = FeatureCodec.encode(FeatureEncoding.FLOAT32, rows);
    return of(FeatureEncoding.FLOAT32, features, rows.length, rows[0].length, arithmetic);
  }

  /**
   * A candidate as it is stored, decoded in a given way; other parameters as above.
   *
   * @param arithmetic its loops; makes no difference to scores
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
      double squares =
          encoding == FeatureEncoding.SIGN ? dimension : pieces.squares(encoding, row, dimension);
      if (squares == 0) {
        throw new IllegalArgumentException("a feature vector is all zero");
      }
      if (!(squares < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("a feature vector is not finite");
      }
      inverseNorms[c] = 1 / Math.sqrt(squares);
    }
    return new CandidateVectors(encoding, rows, dimension, inverseNorms);
  }

  /** Vectors a candidate. */
  public int checkpoints() {
    return rows.size();
  }

  /** Values a vector. */
  public int dimension() {
    return dimension;
  }

  FeatureEncoding encoding() {
    return encoding;
  }

  /** An encoded vector, little-endian, from 0 on. */
  ByteBuffer row(int checkpoint) {
    return rows.get(checkpoint);
  }

  /** One over a vector's length. */
  double inverseNorm(int checkpoint) {
    return inverseNorms[checkpoint];
  }
}
