package io.sluice.streams.similarity;

import java.util.List;

/**
 * A task's queries for candidates of encoding SIGN: 7 bits per value and one scale per vector,
 * which takes a quarter of the memory of full precision and makes sums exact. Immutable.
 *
 * <p>The error of a value is at most half a level, 1/126 of the largest value of its vector.
 * Measured on normally distributed vectors of 8,192 values, the error of scores is 0.0002 (root
 * mean square), while the scores of unrelated vectors have a standard deviation of 0.011. The
 * candidate, at one bit per value, has lost far more.
 *
 * <p>A level from -{@value #LARGEST_LEVEL} to {@value #LARGEST_LEVEL} is stored with {@value #ZERO}
 * added. The product of levels and signs is twice the sum of the levels whose signs are positive,
 * minus the sum of all levels.
 */
final class SignQueries {
  private static final int LARGEST_LEVEL = 63;

  /** The stored form of level zero. */
  private static final int ZERO = 64;

  /** Shorts before the first row, for the same reason as in {@link FullQueries}. */
  private static final int LEAD = 24;

  private final SignProducts products;
  private final int queries;
  private final int checkpoints;

  /** Shorts per vector. */
  private final int stride;

  /** The number of queries, rounded up to whole tiles; the sums of the added rows are not used. */
  private final int rows;

  /** After the lead, shape [checkpoints][rows][stride]: two levels per short. */
  private final short[] levels;

  /** The sum of the levels of each vector, shape [checkpoints][queries]. */
  private final int[][] levelSums;

  /** The size of one level times the weight of the checkpoint, shape [checkpoints][queries]. */
  private final double[][] scales;

  /**
   * Quantises the queries.
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
        levelSums[k][q] = quantise(vectors[q][k], step, rowStart(k, q));
      }
    }
  }

  private int rowStart(int checkpoint, int query) {
    return LEAD + (checkpoint * rows + query) * stride;
  }

  /** The size of one level of a vector; never zero. */
  private static double step(float[] vector) {
    float largest = Float.MIN_VALUE;
    for (float value : vector) {
      largest = Math.max(largest, Math.abs(value));
    }
    return (double) largest / LARGEST_LEVEL;
  }

  /** Stores the levels of a vector, and returns their sum. */
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
   * Scores candidates together.
   *
   * @param candidates candidates of encoding SIGN
   * @return similarities, shape [candidates][queries]
   */
  float[][] score(List<CandidateVectors> candidates) {
    int count = candidates.size();
    int paddedCount = QueryMatrix.wholeTiles(count, SignProducts.CANDIDATES);
    int length = Math.min(SignPieces.LENGTH / 2, stride);
    short[][] pieces = new short[paddedCount][length];
    double[][] totals = new double[count][queries];
    SignPieces decoder = new SignPieces();
    for (int k = 0; k < checkpoints; k++) {
      int[] positive = new int[count];
      int[] selected = new int[rows * paddedCount];
      for (int from = 0; from < stride; from += length) {
        for (int c = 0; c < count; c++) {
          CandidateVectors candidate = candidates.get(c);
          positive[c] +=
              decoder.decode(candidate.row(k), candidate.dimension(), 2 * from, pieces[c]);
        }
        addSelected(rowStart(k, 0) + from, pieces, Math.min(length, stride - from), selected);
      }
      for (int c = 0; c < count; c++) {
        double inverseNorm = candidates.get(c).inverseNorm(k);
        for (int q = 0; q < queries; q++) {
          int levels = selected[sumIndex(q, c, paddedCount)] - ZERO * positive[c];
          totals[c][q] += (2 * levels - levelSums[k][q]) * (scales[k][q] * inverseNorm);
        }
      }
    }
    return QueryMatrix.toFloats(totals);
  }

  /** Adds the levels that one piece of all candidates selects in the same piece of all queries. */
  private void addSelected(int from, short[][] pieces, int length, int[] selected) {
    for (int q = 0; q < rows; q += SignProducts.QUERIES) {
      for (int c = 0; c < pieces.length; c += SignProducts.CANDIDATES) {
        int at = sumIndex(q, c, pieces.length);
        products.tile(levels, from + q * stride, stride, pieces, c, length, selected, at);
      }
    }
  }

  /**
   * The index of the sum of a query and a candidate; the sums of a tile are stored one after the
   * other.
   */
  private static int sumIndex(int query, int candidate, int paddedCount) {
    int i = query % SignProducts.QUERIES;
    int j = candidate % SignProducts.CANDIDATES;
    int tile = (query - i) * paddedCount + (candidate - j) * SignProducts.QUERIES;
    return tile + i * SignProducts.CANDIDATES + j;
  }
}
