package io.sluice.streams.transport;

/**
 * The similarities of all candidates of a pool to all queries of a task. Not copied: whoever
 * creates it must not change the rows afterwards.
 *
 * @param rows shape [queries][candidates], at least 1 by 1, all finite
 */
public record PoolScores(float[][] rows) {
  /**
   * Checks the scores.
   *
   * @throws IllegalArgumentException when there is no query or no candidate, rows differ in length,
   *     or a score is not finite
   */
  public PoolScores {
    if (rows.length == 0 || rows[0].length == 0) {
      throw new IllegalArgumentException("a pool needs at least one query and one candidate");
    }
    for (int query = 0; query < rows.length; query++) {
      requireFinite(query, rows[query], rows[0].length);
    }
  }

  private static void requireFinite(int query, float[] row, int candidates) {
    if (row.length != candidates) {
      throw new IllegalArgumentException(
          "query %d has %d scores for %d candidates".formatted(query, row.length, candidates));
    }
    for (int candidate = 0; candidate < candidates; candidate++) {
      if (!Float.isFinite(row[candidate])) {
        throw new IllegalArgumentException(
            "candidate %d, query %d: the score is %s".formatted(candidate, query, row[candidate]));
      }
    }
  }

  /** The number of queries, M. */
  public int queries() {
    return rows.length;
  }

  /** The number of candidates, N. */
  public int candidates() {
    return rows[0].length;
  }
}
