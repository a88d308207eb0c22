package io.sluice.streams.topology;

import java.util.ArrayList;
import java.util.List;

/** The forms of a score row, the similarities of one candidate to the queries of one task. */
final class ScoreRow {
  private ScoreRow() {}

  static List<Float> boxed(float[] row) {
    List<Float> boxed = new ArrayList<>(row.length);
    for (float score : row) {
      boxed.add(score);
    }
    return boxed;
  }

  static float[] unboxed(List<Float> scores) {
    float[] row = new float[scores.size()];
    for (int i = 0; i < row.length; i++) {
      row[i] = scores.get(i);
    }
    return row;
  }
}
