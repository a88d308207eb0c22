package io.sluice.streams.selection;

/**
 * What every selection asks of the score rows that it is offered.
 *
 * @param queries length of a row, at least 1
 */
record ScoreRows(int queries) {
  /**
   * Checks the number of queries.
   *
   * @throws IllegalArgumentException when there is no query
   */
  ScoreRows {
    if (queries < 1) {
      throw new IllegalArgumentException(
          queries + " queries: a selection needs at least one query");
    }
  }

  /**
   * Checks a row.
   *
   * @throws IllegalArgumentException when its length is not the number of queries or a score is not
   *     finite
   */
  void check(Object id, float[] scores) {
    if (scores.length != queries) {
      throw new IllegalArgumentException(
          "candidate " + id + " has " + scores.length + " scores for " + queries + " queries");
    }
    for (int query = 0; query < queries; query++) {
      if (!Float.isFinite(scores[query])) {
        throw new IllegalArgumentException(
            "candidate " + id + ", query " + query + ": the score is " + scores[query]);
      }
    }
  }

  /** The query of the row's highest score, the lowest index among equals. */
  static int best(float[] scores) {
    int best = 0;
    for (int query = 1; query < scores.length; query++) {
      if (scores[query] > scores[best]) {
        best = query;
      }
    }
    return best;
  }
}
