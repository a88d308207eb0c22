package io.sluice.streams.similarity;

/**
 * The inner loops of scoring candidates of encoding SIGN: sums of the values of a query at which
 * the candidate is positive.
 *
 * <p>The values of queries are bytes from 0 to {@value #LARGEST}, two in a short, the first in its
 * lower half. Candidates are masks: a byte has all bits set when the value counts, and none when it
 * does not. Sums are exact, so every implementation gives the same.
 */
interface SignProducts {
  /** The largest value of a query. */
  int LARGEST = 127;

  /**
   * All numbers of shorts are multiples of this: as many as two of the widest vector instructions
   * take.
   */
  int STEP = 64;

  /** Query rows per call of {@link #tile}. */
  int QUERIES = 4;

  /** Candidates per call of {@link #tile}; the caller fills up with masks of zeros. */
  int CANDIDATES = 2;

  /**
   * Adds, for each pair of four queries and two candidates, the values that the candidate selects
   * in a piece.
   *
   * @param queries all query rows, one after the other
   * @param from index at which the piece of the first query begins
   * @param stride distance between the pieces of two consecutive queries
   * @param candidates pieces of candidates
   * @param candidate index of the first of the two candidates
   * @param count shorts per piece, a multiple of {@link #STEP}
   * @param sums shape [..., QUERIES, CANDIDATES]; the values are added to it
   * @param at index of the first sum of the tile
   */
  void tile(
      short[] queries,
      int from,
      int stride,
      short[][] candidates,
      int candidate,
      int count,
      int[] sums,
      int at);
}
