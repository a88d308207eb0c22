package io.sluice.local.bench;

import io.sluice.schemas.file.NpyWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;

/**
 * A synthetic score table: normally distributed scores, the same for the same seed.
 *
 * @param rows shape [candidates][queries]
 */
public record ScoreTable(float[][] rows) {
  private static final long SEED = 2028;

  /**
   * Makes a table.
   *
   * @param alike correlation of a candidate's scores by two queries, 0 to 1
   */
  public static ScoreTable synthetic(int candidates, int queries, double alike) {
    Random random = new Random(SEED);
    float[][] rows = new float[candidates][queries];
    for (float[] row : rows) {
      double common = Math.sqrt(alike) * random.nextGaussian();
      for (int query = 0; query < queries; query++) {
        row[query] = (float) (common + Math.sqrt(1 - alike) * random.nextGaussian());
      }
    }
    return new ScoreTable(rows);
  }

  /** M, the length of a row. */
  public int queries() {
    return rows[0].length;
  }

  /** Writes it as a .npy file of shape [queries, candidates]. */
  public void write(Path file) throws IOException {
    try (NpyWriter writer = NpyWriter.create(file, queries(), rows.length)) {
      float[] scores = new float[rows.length];
      for (int query = 0; query < queries(); query++) {
        for (int candidate = 0; candidate < rows.length; candidate++) {
          scores[candidate] = rows[candidate][query];
        }
        writer.write(scores);
      }
    }
  }
}
