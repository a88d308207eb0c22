package io.sluice.local.bench;

import io.sluice.schemas.file.NpyWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;

/**
 * A synthetic table of scores that are normally distributed. Equal arguments give equal tables.
 *
 * @param rows shape [candidates][queries]
 */
public record ScoreTable(float[][] rows) {
  private static final long SEED = 2028;

  /**
   * Generates a table.
   *
   * @param correlation correlation between a candidate's scores for two queries, from 0 to 1
   */
  public static ScoreTable synthetic(int candidates, int queries, double correlation) {
    Random random = new Random(SEED);
    float[][] rows = new float[candidates][queries];
    for (float[] row : rows) {
      double common = Math.sqrt(correlation) * random.nextGaussian();
      for (int query = 0; query < queries; query++) {
        row[query] = (float) (common + Math.sqrt(1 - correlation) * random.nextGaussian());
      }
    }
    return new ScoreTable(rows);
  }

  /** Returns the number of queries, which is the length of a row. */
  public int queries() {
    return rows[0].length;
  }

  /** Writes the table as a .npy file of shape [queries, candidates]. */
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
