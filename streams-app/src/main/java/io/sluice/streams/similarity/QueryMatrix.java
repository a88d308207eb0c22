package io.sluice.streams.similarity;

import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.encoding.FeatureCodec;
import java.nio.ByteBuffer;

/**
 * The query set of a target task as one matrix, and the similarity of candidates to it.
 *
 * <p>Similarity (LESS, section 3.2; Xia et al., ICML 2024): the sum over warm-up checkpoints of the
 * checkpoint's weight times the cosine between the query's and the candidate's gradient. Additions
 * happen in one fixed order, so equal bytes give equal scores on every machine.
 */
public final class QueryMatrix {
  private static final int LANES = 8;

  /** Shape [checkpoints][queries x dimension]: unit rows, each already times its weight. */
  private final float[][] weighted;

  private final int queries;
  private final int dimension;

  /**
   * A query set.
   *
   * @param vectors shape [queries][checkpoints][dimension], each row of unit L2 norm
   * @param weights the weight of each checkpoint, shape [checkpoints]
   * @throws IllegalArgumentException when there is no query or shapes differ
   */
  public QueryMatrix(float[][][] vectors, float[] weights) {
    if (vectors.length == 0 || weights.length == 0) {
      throw new IllegalArgumentException("a query matrix needs a query and a checkpoint");
    }
    queries = vectors.length;
    dimension = vectors[0][0].length;
    weighted = new float[weights.length][queries * dimension];
    for (int q = 0; q < queries; q++) {
      if (vectors[q].length != weights.length) {
        throw new IllegalArgumentException(
            "query "
                + q
                + " has "
                + vectors[q].length
                + " vectors for "
                + weights.length
                + " checkpoints");
      }
      for (int c = 0; c < weights.length; c++) {
        if (vectors[q][c].length != dimension) {
          throw new IllegalArgumentException("queries of different dimensions");
        }
        for (int i = 0; i < dimension; i++) {
          weighted[c][q * dimension + i] = weights[c] * vectors[q][c][i];
        }
      }
    }
  }

  /** Queries: the length of a score row. */
  public int queries() {
    return queries;
  }

  /** Vectors an example. */
  public int checkpoints() {
    return weighted.length;
  }

  /** Values a checkpoint. */
  public int dimension() {
    return dimension;
  }

  /**
   * Scores an encoded candidate.
   *
   * @param features encoded matrix, shape [checkpoints, dimension]; not changed
   * @return the similarity to each query, shape [queries], -1 to 1 up to rounding
   * @throws IllegalArgumentException when a vector is all zero or not finite, or bytes are missing
   */
  public float[] score(FeatureEncoding encoding, ByteBuffer features) {
    int expected = checkpoints() * FeatureCodec.rowBytes(encoding, dimension);
    if (features.remaining() != expected) {
      throw new IllegalArgumentException(
          "features have " + features.remaining() + " bytes, not " + expected);
    }
    float[][] rows = new float[checkpoints()][dimension];
    for (int c = 0; c < rows.length; c++) {
      FeatureCodec.decodeRow(encoding, features, c, rows[c]);
    }
    return score(rows);
  }

  /**
   * Scores a candidate.
   *
   * @param rows shape [checkpoints][dimension]; need not be normalised
   * @return the similarity to each query, shape [queries], -1 to 1 up to rounding
   * @throws IllegalArgumentException when a vector is all zero or not finite, or a score is not
   */
  public float[] score(float[][] rows) {
    float[] scores = new float[queries];
    for (int c = 0; c < weighted.length; c++) {
      double norm = Math.sqrt(dot(rows[c], 0, rows[c]));
      if (!(norm > 0) || Double.isInfinite(norm)) {
        throw new IllegalArgumentException(
            norm == 0 ? "a feature vector is all zero" : "a feature vector is not finite");
      }
      for (int q = 0; q < queries; q++) {
        scores[q] += (float) (dot(weighted[c], q * dimension, rows[c]) / norm);
      }
    }
    for (float score : scores) {
      if (!Float.isFinite(score)) {
        throw new IllegalArgumentException("a score is not finite: the vectors are too large");
      }
    }
    return scores;
  }

  /** Eight running sums, added up in a fixed order: fast without leaving the order to the JIT. */
  private static double dot(float[] a, int offset, float[] b) {
    float[] sums = new float[LANES];
    int whole = b.length - b.length % LANES;
    for (int i = 0; i < whole; i += LANES) {
      for (int lane = 0; lane < LANES; lane++) {
        sums[lane] += a[offset + i + lane] * b[i + lane];
      }
    }
    double total = 0;
    for (float sum : sums) {
      total += sum;
    }
    for (int i = whole; i < b.length; i++) {
      total += (double) a[offset + i] * b[i];
    }
    return total;
  }
}
