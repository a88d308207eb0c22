package io.sluice.streams.similarity;

import java.util.List;

/** A task's queries in full precision. Immutable. */
final class FullQueries {
  private final FloatProducts products;
  private final int queries;
  private final int checkpoints;
  private final int stride;

  /**
   * Shape [queries, rounded up to whole tiles][checkpoints x stride], each vector times its weight;
   * the last row once more where there is no further query.
   */
  private final float[][] rows;

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
    rows = new float[QueryMatrix.wholeTiles(queries)][];
    for (int q = 0; q < rows.length; q++) {
      rows[q] = q < queries ? weighted(vectors[q], weights, stride) : rows[queries - 1];
    }
  }

  private static float[] weighted(float[][] vectors, float[] weights, int stride) {
    float[] row = new float[weights.length * stride];
    for (int k = 0; k < weights.length; k++) {
      for (int i = 0; i < vectors[k].length; i++) {
        row[k * stride + i] = weights[k] * vectors[k][i];
      }
    }
    return row;
  }

  /**
   * Scores some candidates.
   *
   * @return shape [candidates][queries]
   */
  float[][] score(List<CandidateVectors> candidates) {
    int count = candidates.size();
    double[][] totals = new double[count][rows.length];
    float[][] pieces = new float[count][FloatPieces.LENGTH];
    FloatPieces decoder = new FloatPieces(products);
    for (int k = 0; k < checkpoints; k++) {
      float[] lanes = new float[rows.length * count * FloatProducts.LANES];
      for (int from = 0; from < stride; from += FloatPieces.LENGTH) {
        for (int c = 0; c < count; c++) {
          CandidateVectors candidate = candidates.get(c);
          decoder.decode(
              candidate.encoding(), candidate.row(k), candidate.dimension(), from, pieces[c]);
        }
        multiply(k * stride + from, pieces, Math.min(FloatPieces.LENGTH, stride - from), lanes);
      }
      add(lanes, candidates, k, totals);
    }
    return QueryMatrix.scores(totals, queries);
  }

  /** One piece of all queries times that of all candidates. */
  private void multiply(int from, float[][] pieces, int length, float[] lanes) {
    int at = 0;
    for (int q = 0; q < rows.length; q += FloatProducts.QUERIES) {
      int c = 0;
      for (; c + FloatProducts.CANDIDATES <= pieces.length; c += FloatProducts.CANDIDATES) {
        products.tile(rows, q, from, pieces, c, length, lanes, at);
        at += FloatProducts.QUERIES * FloatProducts.CANDIDATES * FloatProducts.LANES;
      }
      for (; c < pieces.length; c++) {
        products.column(rows, q, from, pieces[c], length, lanes, at);
        at += FloatProducts.QUERIES * FloatProducts.LANES;
      }
    }
  }

  /** Adds one checkpoint's cosines, in the order in which they were multiplied. */
  private void add(
      float[] lanes, List<CandidateVectors> candidates, int checkpoint, double[][] totals) {
    int at = 0;
    for (int q = 0; q < rows.length; q += FloatProducts.QUERIES) {
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
