package io.sluice.local.cli.offline;

import io.sluice.schemas.file.NpyFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;

/**
 * The scores of a file without the columns of candidates that have none.
 *
 * @param file the file, for messages
 * @param rows shape [queries][scored candidates], at least 1 by 1, all finite
 * @param columns the number of each scored candidate's column in the file, ascending
 * @param allColumns the number of columns in the file
 */
record ScoreFile(Path file, float[][] rows, int[] columns, int allColumns) {
  /**
   * Reads a file.
   *
   * @throws IOException when it cannot be read, has no row or no column with a score, or a score is
   *     not finite
   */
  static ScoreFile read(Path file) throws IOException {
    float[][] rows = NpyFile.readFloats(file);
    if (rows.length == 0) {
      throw new IOException(file + " has no rows: it needs one row per query");
    }
    int all = rows[0].length;
    int[] columns =
        IntStream.range(0, all).filter(column -> !NoScore.isIn(column(rows, column))).toArray();
    if (columns.length == 0) {
      throw new IOException(
          "%s: none of its %d columns has a score (all are -2), so there is nothing to select"
              .formatted(file, all));
    }
    for (int query = 0; query < rows.length; query++) {
      for (int column : columns) {
        if (!Float.isFinite(rows[query][column])) {
          throw new IOException(
              "%s: candidate %d, query %d: the score is %s"
                  .formatted(file, column, query, rows[query][column]));
        }
      }
      if (columns.length < all) {
        rows[query] = part(rows[query], columns);
      }
    }
    return new ScoreFile(file, rows, columns, all);
  }

  private static float[] part(float[] row, int[] columns) {
    float[] part = new float[columns.length];
    for (int i = 0; i < part.length; i++) {
      part[i] = row[columns[i]];
    }
    return part;
  }

  private static float[] column(float[][] rows, int column) {
    float[] scores = new float[rows.length];
    for (int query = 0; query < scores.length; query++) {
      scores[query] = rows[query][column];
    }
    return scores;
  }

  /** The scores of a candidate, by its position among the scored ones. */
  float[] scores(int candidate) {
    return column(rows, candidate);
  }

  /** The number of candidates with a score. */
  int scored() {
    return columns.length;
  }
}
