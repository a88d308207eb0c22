package io.sluice.streams.similarity;

/**
 * Sums of those of a query's values that a candidate's signs choose: the inner loops of scoring
 * signs.
 *
 * <p>Values are bytes from 0 to {@value #LARGEST}, two in a short, the first in its lower half; a
 * candidate has all bits of a byte set where the value counts and none where it does not. Sums are
 * exact, so every implementation gives the same.
 */
interface SignProducts {
  /** The largest value. */
  int LARGEST = 127;

  /** Counts of shorts are multiples of it: what two of the widest instructions take. */
  int STEP = 64;

  /** Query rows that a call takes. */
  int QUERIES = 4;

  /** Candidates that a call takes; those that are missing choose nothing. */
  int CANDIDATES = 2;

  /**
   * Four queries, two candidates.
   *
   * @param queries all query rows, one after the other
   * @param from where the first query's piece begins
   * @param stride how far behind it the next query's piece begins
   * @param candidates pieces, of which two from {@code candidate} on are taken, from their start
   * @param count shorts of a piece, a multiple of {@link #STEP}
   * @param sums shape [..., QUERIES, CANDIDATES], added to
   * @param at the first sum
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
