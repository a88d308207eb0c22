package io.sluice.streams.client;

/** A selected candidate with its scores, as the means of a subset need it. */
public interface ScoredEntry {
  /** The smallest budget of the task whose subset includes it. */
  int tier();

  /** Id of the query for which it was selected. */
  String query();

  /** Its similarity to that query, -1 to 1. */
  float score();

  /**
   * Its similarity to any query, -1 to 1.
   *
   * @param query index of the query in the task
   */
  float scoreOf(int query);
}
