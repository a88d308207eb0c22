package io.sluice.streams.selection;

/**
 * The dimensions of a selection, and the check of score rows that all implementations share.
 *
 * @param queries M, the length of a score row, at least 1
 * @param budget B, the number of slots, at least 1
 */
record Shape(int queries, int budget) {
  /**
   * Creates a shape.
   *
   * @throws IllegalArgumentException when one of them is below 1
   */
  Shape {
    if (queries < 1) {
      throw new IllegalArgumentException(
          queries + " queries: a selection needs at least one query");
    }
    if (budget < 1) {
      throw new IllegalArgumentException(
          "budget " + budget + ": a budget is a number of examples, at least 1");
    }
  }

  /**
   * Checks a score row.
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

  /** The index of the highest score of a row, the lowest one among equals. */
  static int indexOfHighest(float[] scores) {
    int highest = 0;
    for (int query = 1; query < scores.length; query++) {
      if (scores[query] > scores[highest]) {
        highest = query;
      }
    }
    return highest;
  }
}
