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

  /** Behind the lead, shape [checkpoints][rows][stride]: each vector times its weight. */
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
    values = new float[LEAD + checkpoints * rows * stride];
    for (int k = 0; k < checkpoints; k++) {
      for (int q = 0; q < queries; q++) {
        int at = at(k, q);
        for (int i = 0; i < dimension; i++) {
          values[at + i] = weights[k] * vectors[q][k][i];
        }
      }
    }
  }

  private int at(int checkpoint, int query) {
    return LEAD + (checkpoint * rows + query) * stride;
  }

  /**
   * Scores some candidates.
   *
   * @param candidates of any encoding but SIGN
   * @return shape [candidates][queries]
   */
  float[][] score(List<CandidateVectors> candidates) {
    int count = candidates.size();
    int places = QueryMatrix.wholeTiles(count, FloatProducts.CANDIDATES);
    float[][] pieces = new float[places][FloatPieces.LENGTH];
    double[][] totals = new double[count][queries];
    FloatPieces decoder = new FloatPieces(products);
    for (int k = 0; k < checkpoints; k++) {
      float[] lanes = new float[rows * places * FloatProducts.LANES];
      for (int from = 0; from < stride; from += FloatPieces.LENGTH) {
        for (int c = 0; c < count; c++) {
          CandidateVectors candidate = candidates.get(c);
          decoder.decode(
              candidate.encoding(), candidate.row(k), candidate.dimension(), from, pieces[c]);
        }
        multiply(at(k, 0) + from, pieces, Math.min(FloatPieces.LENGTH, stride - from), lanes);
      }
      for (int c = 0; c < count; c++) {
        double inverseNorm = candidates.get(c).inverseNorm(k);
        for (int q = 0; q < queries; q++) {
          totals[c][q] += FloatProducts.sum(lanes, lane(q, c, places)) * inverseNorm;
        }
      }
    }
    return QueryMatrix.scores(totals);
  }

  /** One piece of all queries times that of all candidates. */
  private void multiply(int from, float[][] pieces, int length, float[] lanes) {
    for (int q = 0; q < rows; q += FloatProducts.QUERIES) {
      for (int c = 0; c < pieces.length; c += FloatProducts.CANDIDATES) {
        int at = lane(q, c, pieces.length);
        products.tile(values, from + q * stride, stride, pieces, c, length, lanes, at);
      }
    }
  }

  /** The first lane of a query's and a candidate's product: those of a tile follow each other. */
  private static int lane(int query, int candidate, int places) {
    int i = query % FloatProducts.QUERIES;
    int j = candidate % FloatProducts.CANDIDATES;
    int tile = (query - i) * places + (candidate - j) * FloatProducts.QUERIES;
    return (tile + i * FloatProducts.CANDIDATES + j) * FloatProducts.LANES;
  }
}
