package io.sluice.streams.transport;

import java.util.Arrays;

/**
 * Similarities of vectors as they are, without normalising them: the sum over checkpoints of the
 * checkpoint's weight times the dot product, in double precision. Thread-safe.
 */
public final class VectorSimilarities implements PointSimilarities {
  /** Points whose values of all dimensions fit into a core's cache together. */
  private static final int TILE = 1024;

  private final int size;
  private final int dimension;
  private final float[] weights;

  /** Shape [checkpoints x dimension][size]: the points are next to each other. */
  private final float[][] values;

  /**
   * Creates the similarities of points whose vectors are all zero, to be set.
   *
   * @param size number of points
   * @param dimension values per vector
   * @param weights the weight of each checkpoint
   */
  public VectorSimilarities(int size, int dimension, float[] weights) {
    this.size = size;
    this.dimension = dimension;
    this.weights = weights.clone();
    this.values = new float[Math.multiplyExact(weights.length, dimension)][size];
  }

  /**
   * Sets the vector of a point at a checkpoint. Not thread-safe: all are set before any similarity
   * is computed.
   */
  public void set(int checkpoint, int point, float[] vector) {
    for (int i = 0; i < dimension; i++) {
      values[checkpoint * dimension + i][point] = vector[i];
    }
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void compute(int from, double[][] rows) {
    for (int begin = 0; begin < size; begin += TILE) {
      int end = Math.min(begin + TILE, size);
      for (double[] row : rows) {
        Arrays.fill(row, begin, end, 0);
      }
      for (int i = 0; i < values.length; i++) {
        double weight = weights[i / dimension];
        for (int r = 0; r < rows.length; r++) {
          addProducts(weight * values[i][from + r], values[i], rows[r], begin, end);
        }
      }
    }
  }

  /** No sum depends on the one before, so that the compiler can use vector instructions. */
  private static void addProducts(
      double factor, float[] values, double[] sums, int begin, int end) {
    for (int point = begin; point < end; point++) {
      sums[point] += factor * values[point];
    }
  }
}
