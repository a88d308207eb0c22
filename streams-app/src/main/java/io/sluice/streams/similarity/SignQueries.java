package io.sluice.streams.similarity;

import java.util.List;

/**
 * A task's queries for candidates of signs: 7 bits a value and a scale for each vector, a quarter
 * of the memory of full precision, with exact sums. Immutable.
 *
 * <p>A value is off by at most half a level, 1/126 of its vector's largest. Measured on normally
 * distributed vectors of 8,192 values, scores are off by 0.0002 (root mean square), where those of
 * unrelated vectors spread by 0.011, and the candidate's one bit a value has lost far more.
 *
 * <p>A level from -{@value #LARGEST_LEVEL} to {@value #LARGEST_LEVEL} is stored {@value #ZERO}
 * higher. The product of levels and signs is twice the sum of the levels whose signs are positive,
 * less the sum of all.
 */
final class SignQueries {
  private static final int LARGEST_LEVEL = 63;

  /** What a level of zero is stored as. */
  private static final int ZERO = 64;

  /** Shorts ahead of the first row, for the same reason as in {@link FullQueries}. */
  private static final int LEAD = 24;

  private final SignProducts products;
  private final int queries;
  private final int checkpoints;

  /** Shorts of a vector. */
  private final int stride;

  /** Queries, rounded up to whole tiles; those added have no level that counts. */
  private final int rows;

  /** Behind the lead, shape [checkpoints][rows][stride]: two levels a short. */
  private final short[] levels;

  /** The sum of each vector's levels, shape [checkpoints][queries]. */
  private final int[][] levelSums;

  /** What one level is worth, times the checkpoint's weight; shape [checkpoints][queries]. */
  private final double[][] scales;

  /**
   * Queries.
   *
   * @param vectors shape [queries][checkpoints][dimension]
   * @param weights shape [checkpoints]
   */
  SignQueries(float[][][] vectors, float[] weights, SignProducts products) {
    this.products = products;
    queries = vectors.length;
    checkpoints = weights.length;
    stride = SignPieces.wholeSteps(vectors[0][0].length);
    rows = QueryMatrix.wholeTiles(queries, SignProducts.QUERIES);
    levels = new short[LEAD + checkpoints * rows * stride];
    levelSums = new int[checkpoints][queries];
    scales = new double[checkpoints][queries];
    for (int k = 0; k < checkpoints; k++) {
      for (int q = 0; q < queries; q++) {
        double step = step(vectors[q][k]);
        scales[k][q] = weights[k] * step;
        levelSums[k][q] = quantise(vectors[q][k], step, at(k, q));
      }
    }
  }

  private int at(int checkpoint, int query) {
    return LEAD + (checkpoint * rows + query) * stride;
  }

  /** What one level of a vector is worth; never zero. */
  private static double step(float[] vector) {
    float largest = Float.MIN_VALUE;
    for (float value : vector) {
      largest = Math.max(largest, Math.abs(value));
    }
    return (double) largest / LARGEST_LEVEL;
  }

  /** Stores a vector's levels; their sum. */
  private int quantise(float[] vector, double step, int at) {
    int sum = 0;
    for (int i = 0; i < vector.length; i++) {
      int level = (int) Math.rint(vector[i] / step);
      levels[at + i / 2] |= (short) (level + ZERO << i % 2 * Byte.SIZE);
      sum += level;
    }
    return sum;
  }

  /**
   * Scores some candidates.
   *
   * @param candidates of encoding SIGN
   * @return shape [candidates][queries]
   */
  float[][] score(List<CandidateVectors> candidates) {
    int count = candidates.size();
    int places = QueryMatrix.wholeTiles(count, SignProducts.CANDIDATES);
    int length = Math.min(SignPieces.LENGTH / 2, stride);
    short[][] pieces = new short[places][length];
    double[][] totals = new double[count][queries];
    SignPieces decoder = new SignPieces();
    for (int k = 0; k < checkpoints; k++) {
      int[] positive = new int[count];
      int[] chosen = new int[rows * places];
      for (int from = 0; from < stride; from += length) {
        for (int c = 0; c < count; c++) {
          CandidateVectors candidate = candidates.get(c);
          positive[c] +=
              decoder.decode(candidate.row(k), candidate.dimension(), 2 * from, pieces[c]);
        }
        choose(at(k, 0) + from, pieces, Math.min(length, stride - from), chosen);
      }
      for (int c = 0; c < count; c++) {
        double inverseNorm = candidates.get(c).inverseNorm(k);
        for (int q = 0; q < queries; q++) {
          int levels = chosen[sum(q, c, places)] - ZERO * positive[c];
          totals[c][q] += (2 * levels - levelSums[k][q]) * (scales[k][q] * inverseNorm);
        }
      }
    }
    return QueryMatrix.scores(totals);
  }

  /** Adds what one piece of all candidates chooses of that of all queries. */
  private void choose(int from, short[][] pieces, int length, int[] chosen) {
    for (int q = 0; q < rows; q += SignProducts.QUERIES) {
      for (int c = 0; c < pieces.length; c += SignProducts.CANDIDATES) {
        int at = sum(q, c, pieces.length);
        products.tile(levels, from + q * stride, stride, pieces, c, length, chosen, at);
      }
    }
  }

  /** The place of a query's and a candidate's sum: those of a tile follow each other. */
  private static int sum(int query, int candidate, int places) {
    int i = query % SignProducts.QUERIES;
    int j = candidate % SignProducts.CANDIDATES;
    int tile = (query - i) * places + (candidate - j) * SignProducts.QUERIES;
    return tile + i * SignProducts.CANDIDATES + j;
  }
}
