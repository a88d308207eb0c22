package io.sluice.streams.similarity;

import java.util.List;

/**
 * A task's queries for candidates of signs: 7 bits a value and a scale for each vector, a quarter
 * of the memory of full precision, with exact sums. Immutable.
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

  /** Behind the lead, shape [rows][checkpoints][stride]: two levels a short. */
  private final short[] levels;

  /** The sum of each vector's levels, shape [rows][checkpoints]. */
  private final int[][] levelSums;

  /** What one level is worth, times the checkpoint's weight; shape [rows][checkpoints]. */
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
    rows = QueryMatrix.wholeTiles(queries, SignProducts.COLUMN_QUERIES);
    levels = new short[LEAD + rows * checkpoints * stride];
    levelSums = new int[rows][checkpoints];
    scales = new double[rows][checkpoints];
    for (int q = 0; q < queries; q++) {
      for (int k = 0; k < checkpoints; k++) {
        double step = step(vectors[q][k]);
        scales[q][k] = weights[k] * step;
        levelSums[q][k] = quantise(vectors[q][k], step, at(q, k));
      }
    }
  }

  private int at(int query, int checkpoint) {
    return LEAD + (query * checkpoints + checkpoint) * stride;
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
    int length = Math.min(SignPieces.LENGTH / 2, stride);
    double[][] totals = new double[count][rows];
    short[][] pieces = new short[count][length];
    SignPieces decoder = new SignPieces();
    for (int k = 0; k < checkpoints; k++) {
      int[] positive = new int[count];
      int[][] chosen = new int[count][rows];
      for (int from = 0; from < stride; from += length) {
        for (int c = 0; c < count; c++) {
          CandidateVectors candidate = candidates.get(c);
          positive[c] +=
              decoder.decode(candidate.row(k), candidate.dimension(), 2 * from, pieces[c]);
        }
        choose(at(0, k) + from, pieces, Math.min(length, stride - from), chosen);
      }
      for (int c = 0; c < count; c++) {
        double inverseNorm = candidates.get(c).inverseNorm(k);
        for (int q = 0; q < queries; q++) {
          int product = 2 * (chosen[c][q] - ZERO * positive[c]) - levelSums[q][k];
          totals[c][q] += product * (scales[q][k] * inverseNorm);
        }
      }
    }
    return QueryMatrix.scores(totals, queries);
  }

  /** Adds what one piece of all candidates chooses of that of all queries. */
  private void choose(int from, short[][] pieces, int length, int[][] chosen) {
    int step = checkpoints * stride;
    int tiled = pieces.length / SignProducts.CANDIDATES * SignProducts.CANDIDATES;
    int[] sums = new int[SignProducts.TILE_QUERIES * SignProducts.CANDIDATES];
    for (int q = 0; q < rows; q += SignProducts.TILE_QUERIES) {
      for (int c = 0; c < tiled; c += SignProducts.CANDIDATES) {
        products.tile(levels, from + q * step, step, pieces, c, length, sums);
        for (int i = 0; i < sums.length; i++) {
          chosen[c + i % SignProducts.CANDIDATES][q + i / SignProducts.CANDIDATES] += sums[i];
        }
      }
    }
    for (int q = 0; q < rows; q += SignProducts.COLUMN_QUERIES) {
      for (int c = tiled; c < pieces.length; c++) {
        products.column(levels, from + q * step, step, pieces[c], length, sums);
        for (int i = 0; i < SignProducts.COLUMN_QUERIES; i++) {
          chosen[c][q + i] += sums[i];
        }
      }
    }
  }
}
