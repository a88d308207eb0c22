package io.sluice.streams.revision;

import java.util.ArrayList;
import java.util.List;

/**
 * Converts between the two forms of a score row, which holds the similarity of one candidate to
 * each query of one task, in query order.
 */
public final class ScoreRow {
  private ScoreRow() {}

  /** Converts the row to the form in Avro records. */
  public static List<Float> boxed(float[] row) {
    List<Float> boxed = new ArrayList<>(row.length);
    for (float score : row) {
      boxed.add(score);
    }
    return boxed;
  }

  /** Converts the row to the form that selections work on. */
  public static float[] unboxed(List<Float> scores) {
    float[] row = new float[scores.size()];
    for (int i = 0; i < row.length; i++) {
      row[i] = scores.get(i);
    }
    return row;
  }
}
