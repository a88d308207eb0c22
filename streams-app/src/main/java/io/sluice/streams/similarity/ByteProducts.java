package io.sluice.streams.similarity;

/**
 * Dot products of bytes: the inner loops of scoring in 8 bits. The sums are exact, so their order
 * is free and every implementation gives the same.
 */
interface ByteProducts {
  /** Counts of values are multiples of it: the bytes that the widest instructions take. */
  int STEP = 32;

  /** Query rows that a call of {@link #tile} takes. */
  int TILE_QUERIES = 2;

  /** Candidates that a call of {@link #tile} takes. */
  int CANDIDATES = 4;

  /** Query rows that a call of {@link #column} takes. */
  int COLUMN_QUERIES = 4;

  /**
   * Two queries times four candidates.
   *
   * @param queries rows, of which two from {@code query} on are taken
   * @param from the value at which the queries' pieces begin
   * @param candidates pieces, of which four from {@code candidate} on are taken, from their start
   * @param count values of a piece, a multiple of {@link #STEP}, at most 2^16
   * @param addends how many products of a query's and a candidate's value fit in 16 bits together,
   *     whatever they are, at least 1
   * @param sums receives the dot products, shape [TILE_QUERIES][CANDIDATES]
   */
  void tile(
      byte[][] queries,
      int query,
      int from,
      byte[][] candidates,
      int candidate,
      int count,
      int addends,
      int[] sums);

  /**
   * Four queries times one candidate; parameters as of {@link #tile}.
   *
   * @param sums receives the dot products, shape [COLUMN_QUERIES]
   */
  void column(
      byte[][] queries, int query, int from, byte[] candidate, int count, int addends, int[] sums);
}
