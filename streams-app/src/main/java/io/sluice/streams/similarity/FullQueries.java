package io.sluice.streams.similarity;

import java.util.List;

/** A task's queries in full precision. Immutable. */
final class FullQueries {
  /**
   * Floats ahead of the first row. A JVM that gives large arrays memory of their own (G1) begins
   * them on a cache line with a header of 16 bytes: behind this lead, vector loads cross no lines.
   */
  private static final int LEAD = 12;

  private final FloatProducts products;
  private final int queries;
  private final int checkpoints;
  private final int stride;

  /** Queries, rounded up to whole tiles; those added are zero. */
  private final int rows;

  /** Behind the lead, shape [rows][checkpoints][stride]: each vector times its weight. */
  private final float[] values;

  /**
   * Queries.
   *
   * @param vectors shape [queries][checkpoints][dimension]
   * @param weights shape [checkpoints]
   */
  FullQueries(float[][][] vectors, float[] weights, FloatProducts products) {
    this.products = products;
    queries = vectors.length;
    checkpoints = weights.length;
    int dimension = vectors[0][0].length;
    stride = FloatPieces.wholeLanes(dimension);
    rows = QueryMatrix.wholeTiles(queries, FloatProducts.QUERIES);
    values = new float[LEAD + rows * checkpoints * stride];
    for (int q = 0; q < queries; q++) {
      for (int k = 0; k < checkpoints; k++) {
        int at = at(q, k);
        for (int i = 0; i < dimension; i++) {
          values[at + i] = weights[k] * vectors[q][k][i];
        }
      }
    }
  }

  private int at(int query, int checkpoint) {
    return LEAD + (query * checkpoints + checkpoint) * stride;
  }

  /**
   * Scores some candidates.
   *
   * @return shape [candidates][queries]
   */
  float[][] score(List<CandidateVectors> candidates) {
    int count = candidates.size();
    double[][] totals = new double[count][rows];
    float[][] pieces = new float[count][FloatPieces.LENGTH];
    FloatPieces decoder = new FloatPieces(products);
    for (int k = 0; k < checkpoints; k++) {
      float[] lanes = new float[rows * count * FloatProducts.LANES];
      for (int from = 0; from < stride; from += FloatPieces.LENGTH) {
        for (int c = 0; c < count; c++) {
          CandidateVectors candidate = candidates.get(c);
          decoder.decode(
              candidate.encoding(), candidate.row(k), candidate.dimension(), from, pieces[c]);
        }
        multiply(at(0, k) + from, pieces, Math.min(FloatPieces.LENGTH, stride - from), lanes);
      }
      add(lanes, candidates, k, totals);
    }
    return QueryMatrix.scores(totals, queries);
  }

  /** One piece of all queries times that of all candidates. */
  private void multiply(int from, float[][] pieces, int length, float[] lanes) {
    int at = 0;
    int step = checkpoints * stride;
    for (int q = 0; q < rows; q += FloatProducts.QUERIES) {
      int c = 0;
      for (; c + FloatProducts.CANDIDATES <= pieces.length; c += FloatProducts.CANDIDATES) {
        products.tile(values, from + q * step, step, pieces, c, length, lanes, at);
        at += FloatProducts.QUERIES * FloatProducts.CANDIDATES * FloatProducts.LANES;
      }
      for (; c < pieces.length; c++) {
        products.column(values, from + q * step, step, pieces[c], length, lanes, at);
        at += FloatProducts.QUERIES * FloatProducts.LANES;
      }
    }
  }

  /** Adds one checkpoint's cosines, in the order in which they were multiplied. */
  private void add(
      float[] lanes, List<CandidateVectors> candidates, int checkpoint, double[][] totals) {
    int at = 0;
    for (int q = 0; q < rows; q += FloatProducts.QUERIES) {
      int c = 0;
      while (c < totals.length) {
        boolean tile = c + FloatProducts.CANDIDATES <= totals.length;
        int width = tile ? FloatProducts.CANDIDATES : 1;
        for (int i = 0; i < FloatProducts.QUERIES; i++) {
          for (int j = 0; j < width; j++) {
            totals[c + j][q + i] +=
                FloatProducts.sum(lanes, at) * candidates.get(c + j).inverseNorm(checkpoint);
            at += FloatProducts.LANES;
          }
        }
        c += width;
      }
    }
  }
}
