package io.sluice.streams.similarity;

/**
 * Dot products of floats: the inner loops of scoring in full precision.
 *
 * <p>Every implementation gives the same bits on every machine. A dot product is kept in {@value
 * #LANES} running sums, its lanes: lane l adds up the products of the values l, l + {@value
 * #LANES}, l + 2 x {@value #LANES} and so on, in this order, each product rounded before it is
 * added (never a fused multiply-add, which some machines lack). Calls go on from the lanes that
 * they are given, so it makes no difference how a vector is cut into pieces.
 */
interface FloatProducts {
  /** Running sums of a dot product; counts of values are multiples of it. */
  int LANES = 16;

  /** Query rows that a call of {@link #tile} takes. */
  int QUERIES = 5;

  /** Candidates that a call of {@link #tile} takes; those that are missing are zero. */
  int CANDIDATES = 4;

  /**
   * Five queries times four candidates.
   *
   * @param queries all query rows, one after the other
   * @param from where the first query's piece begins
   * @param stride how far behind it the next query's piece begins
   * @param candidates pieces, of which four from {@code candidate} on are taken, from their start
   * @param count values of a piece, a multiple of {@link #LANES}
   * @param lanes shape [..., QUERIES, CANDIDATES, LANES], added to
   * @param at the first lane
   */
  void tile(
      float[] queries,
      int from,
      int stride,
      float[][] candidates,
      int candidate,
      int count,
      float[] lanes,
      int at);

  /**
   * A piece of a vector times itself.
   *
   * @param count values, a multiple of {@link #LANES}
   * @param lanes shape [LANES], added to
   */
  void square(float[] piece, int count, float[] lanes);

  /**
   * Widens whole numbers.
   *
   * @param into receives the values
   * @param count how many
   */
  void widen(byte[] bytes, float[] into, int count);

  /** A dot product's lanes added up, in one fixed order. */
  static float sum(float[] lanes, int at) {
    float even =
        ((lanes[at] + lanes[at + 8]) + (lanes[at + 4] + lanes[at + 12]))
            + ((lanes[at + 2] + lanes[at + 10]) + (lanes[at + 6] + lanes[at + 14]));
    float odd =
        ((lanes[at + 1] + lanes[at + 9]) + (lanes[at + 5] + lanes[at + 13]))
            + ((lanes[at + 3] + lanes[at + 11]) + (lanes[at + 7] + lanes[at + 15]));
    return even + odd;
  }
}
