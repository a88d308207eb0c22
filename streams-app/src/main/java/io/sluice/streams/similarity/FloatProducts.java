package io.sluice.streams.similarity;

/**
 * Dot products of floats: the inner loops of scoring in full precision.
 *
 * <p>Every implementation gives the same bits on every machine. A dot product is accumulated in
 * {@value #LANES} running sums, its lanes: lane l adds up the products of the values l, l + {@value
 * #LANES}, l + 2 x {@value #LANES} and so on, in this order, and each product is rounded before it
 * is added (never a fused multiply-add, which some machines lack). Calls add to the lanes that they
 * are given, so the result does not depend on how a vector is cut into pieces.
 */
interface FloatProducts {
  /** Running sums per dot product; all numbers of values are multiples of this. */
  int LANES = 16;

  /** Query rows per call of {@link #tile}. */
  int QUERIES = 5;

  /** Candidates per call of {@link #tile}; the caller fills up with candidates of zeros. */
  int CANDIDATES = 4;

  /**
   * Multiplies a piece of five queries by a piece of four candidates.
   *
   * @param queries all query rows, one after the other
   * @param from index at which the piece of the first query begins
   * @param stride distance between the pieces of two consecutive queries
   * @param candidates pieces of candidates
   * @param candidate index of the first of the four candidates
   * @param count values per piece, a multiple of {@link #LANES}
   * @param lanes shape [..., QUERIES, CANDIDATES, LANES]; the products are added to it
   * @param at index of the first lane of the tile
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
   * Multiplies a piece of a vector by itself.
   *
   * @param count number of values, a multiple of {@link #LANES}
   * @param lanes shape [LANES]; the products are added to it
   */
  void square(float[] piece, int count, float[] lanes);

  /**
   * Converts bytes to floats.
   *
   * @param into receives the values
   * @param count number of values
   */
  void widen(byte[] bytes, float[] into, int count);

  /** Adds up the lanes of a dot product, in one fixed order. */
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
