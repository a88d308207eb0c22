package io.sluice.streams.similarity;

import java.util.List;

/** A task's queries in full precision, for candidates of all encodings except SIGN. Immutable. */
final class FullQueries {
  /**
   * Floats before the first row. A JVM that allocates large arrays separately (G1) starts them at a
   * cache line, with a header of 16 bytes. With this lead the rows start at a cache line too, and
   * vector loads cross none.
   */
  private static final int LEAD = 12;

  private final FloatProducts products;
  private final int queries;
  private final int checkpoints;
  private final int stride;

  /** The number of queries, rounded up to whole tiles; the added rows are zero. */
  private final int rows;

  /**
   * After the lead, shape [checkpoints][rows][stride]: each vector times the weight of its
   * checkpoint.
   */
  private final float[] values;

  /**
   * Copies the queries.
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
        int start = rowStart(k, q);
        for (int i = 0; i < dimension; i++) {
          values[start + i] = weights[k] * vectors[q][k][i];
        }
      }
    }
  }

  private int rowStart(int checkpoint, int query) {
    return LEAD + (checkpoint * rows + query) * stride;
  }

  /**
   * Scores candidates together.
   *
   * @param candidates candidates of any encoding except SIGN
   * @return similarities, shape [candidates][queries]
   */
  float[][] score(List<CandidateVectors> candidates) {
    int count = candidates.size();
    int paddedCount = QueryMatrix.wholeTiles(count, FloatProducts.CANDIDATES);
    float[][] pieces = new float[paddedCount][FloatPieces.LENGTH];
    double[][] totals = new double[count][queries];
    FloatPieces decoder = new FloatPieces(products);
    for (int k = 0; k < checkpoints; k++) {
      float[] lanes = new float[rows * paddedCount * FloatProducts.LANES];
      for (int from = 0; from < stride; from += FloatPieces.LENGTH) {
        for (int c = 0; c < count; c++) {
          CandidateVectors candidate = candidates.get(c);
          decoder.decode(
              candidate.encoding(), candidate.row(k), candidate.dimension(), from, pieces[c]);
        }
        multiply(rowStart(k, 0) + from, pieces, Math.min(FloatPieces.LENGTH, stride - from), lanes);
      }
      for (int c = 0; c < count; c++) {
        double inverseNorm = candidates.get(c).inverseNorm(k);
        for (int q = 0; q < queries; q++) {
          totals[c][q] += FloatProducts.sum(lanes, firstLane(q, c, paddedCount)) * inverseNorm;
        }
      }
    }
    return QueryMatrix.toFloats(totals);
  }

  /** Multiplies one piece of all queries by the same piece of all candidates. */
  private void multiply(int from, float[][] pieces, int length, float[] lanes) {
    for (int q = 0; q < rows; q += FloatProducts.QUERIES) {
      for (int c = 0; c < pieces.length; c += FloatProducts.CANDIDATES) {
        int at = firstLane(q, c, pieces.length);
        products.tile(values, from + q * stride, stride, pieces, c, length, lanes, at);
      }
    }
  }

  /**
   * The index of the first lane of the product of a query and a candidate; the products of a tile
   * are stored one after the other.
   */
  private static int firstLane(int query, int candidate, int paddedCount) {
    int i = query % FloatProducts.QUERIES;
    int j = candidate % FloatProducts.CANDIDATES;
    int tile = (query - i) * paddedCount + (candidate - j) * FloatProducts.QUERIES;
    return (tile + i * FloatProducts.CANDIDATES + j) * FloatProducts.LANES;
  }
}
