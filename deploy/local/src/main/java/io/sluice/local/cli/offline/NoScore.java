package io.sluice.local.cli.offline;

import java.util.Arrays;

/**
 * How a score file marks a candidate that has no score: every value of its column is -2, which is
 * below any similarity. {@code score} writes the mark and {@code select} reads it.
 */
final class NoScore {
  private static final float MARK = -2;

  private NoScore() {}

  /** Returns the column of a candidate without a score. */
  static float[] column(int queries) {
    float[] column = new float[queries];
    Arrays.fill(column, MARK);
    return column;
  }

  /** Whether a column is that of a candidate without a score. */
  static boolean isIn(float[] column) {
    for (float value : column) {
      if (value != MARK) {
        return false;
      }
    }
    return true;
  }
}
