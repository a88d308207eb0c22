package io.sluice.streams.similarity;

import java.util.List;

/**
 * A task's queries as whole numbers of 8 bits with a scale for each vector: a quarter of the memory
 * of full precision, and sums that are exact. Immutable.
 */
final class LevelQueries {
  /** The largest magnitude of a level. */
  private static final int LARGEST = 127;

  private final ByteProducts products;
  private final int queries;
  private final int checkpoints;
  private final int stride;

  /**
   * Shape [queries, rounded up to whole tiles][checkpoints x stride]; the last row once more where
   * there is no further query.
   */
  private final byte[][] rows;

  /** What one level is worth, times the checkpoint's weight; shape [rows][checkpoints]. */
  private final double[][] scales;

  /**
   * Queries.
   *
   * @param vectors shape [queries][checkpoints][dimension]
   * @param weights shape [checkpoints]
   */
  LevelQueries(float[][][] vectors, float[] weights, ByteProducts products) {
    this.products = products;
    queries = vectors.length;
    checkpoints = weights.length;
    stride = LevelPieces.wholeSteps(vectors[0][0].length);
    rows = new byte[QueryMatrix.wholeTiles(queries)][checkpoints * stride];
    scales = new double[rows.length][checkpoints];
    for (int q = 0; q < rows.length; q++) {
      if (q < queries) {
        for (int k = 0; k < checkpoints; k++) {
          scales[q][k] = weights[k] * quantise(vectors[q][k], rows[q], k * stride);
        }
      } else {
        rows[q] = rows[queries - 1];
        scales[q] = scales[queries - 1];
      }
    }
  }

  /** Writes a vector as levels; what one level is worth. */
  private static double quantise(float[] vector, byte[] row, int at) {
    float largest = 0;
    for (float value : vector) {
      largest = Math.max(largest, Math.abs(value));
    }
    double step = (double) largest / LARGEST;
    for (int i = 0; i < vector.length; i++) {
      row[at + i] = (byte) (step == 0 ? 0 : Math.rint(vector[i] / step));
    }
    return step;
  }

  /**
   * Scores some candidates.
   *
   * @return shape [candidates][queries]
   */
  float[][] score(List<CandidateVectors> candidates) {
    int count = candidates.size();
    double[][] totals = new double[count][rows.length];
    byte[][] pieces = new byte[count][LevelPieces.LENGTH];
    LevelPieces decoder = new LevelPieces();
    int largest =
        candidates.stream().mapToInt(c -> LevelPieces.largest(c.encoding())).max().orElse(1);
    int addends = Short.MAX_VALUE / (LARGEST * largest);
    for (int k = 0; k < checkpoints; k++) {
      for (int from = 0; from < stride; from += LevelPieces.LENGTH) {
        for (int c = 0; c < count; c++) {
          CandidateVectors candidate = candidates.get(c);
          decoder.decode(
              candidate.encoding(), candidate.row(k), candidate.dimension(), from, pieces[c]);
        }
        multiply(k, from, pieces, addends, candidates, totals);
      }
    }
    return QueryMatrix.scores(totals, queries);
  }

  /** One piece of all queries times that of all candidates. */
  private void multiply(
      int checkpoint,
      int from,
      byte[][] pieces,
      int addends,
      List<CandidateVectors> candidates,
      double[][] totals) {
    int first = checkpoint * stride + from;
    int length = Math.min(LevelPieces.LENGTH, stride - from);
    int tiled = pieces.length / ByteProducts.CANDIDATES * ByteProducts.CANDIDATES;
    int[] sums = new int[ByteProducts.TILE_QUERIES * ByteProducts.CANDIDATES];
    for (int q = 0; q < rows.length; q += ByteProducts.TILE_QUERIES) {
      for (int c = 0; c < tiled; c += ByteProducts.CANDIDATES) {
        products.tile(rows, q, first, pieces, c, length, addends, sums);
        for (int i = 0; i < ByteProducts.TILE_QUERIES; i++) {
          for (int j = 0; j < ByteProducts.CANDIDATES; j++) {
            totals[c + j][q + i] +=
                sums[i * ByteProducts.CANDIDATES + j]
                    * (scales[q + i][checkpoint] * candidates.get(c + j).inverseNorm(checkpoint));
          }
        }
      }
    }
    for (int q = 0; q < rows.length; q += ByteProducts.COLUMN_QUERIES) {
      for (int c = tiled; c < pieces.length; c++) {
        products.column(rows, q, first, pieces[c], length, addends, sums);
        for (int i = 0; i < ByteProducts.COLUMN_QUERIES; i++) {
          totals[c][q + i] +=
              sums[i] * (scales[q + i][checkpoint] * candidates.get(c).inverseNorm(checkpoint));
        }
      }
    }
  }
}
