package io.sluice.streams.similarity;

/** In plain Java: what the faster ones are checked against, and the fallback. */
final class PlainByteProducts implements ByteProducts {
  @Override
  public void tile(
      byte[][] queries,
      int query,
      int from,
      byte[][] candidates,
      int candidate,
      int count,
      int addends,
      int[] sums) {
    for (int q = 0; q < TILE_QUERIES; q++) {
      for (int c = 0; c < CANDIDATES; c++) {
        sums[q * CANDIDATES + c] =
            product(queries[query + q], from, candidates[candidate + c], count);
      }
    }
  }

  @Override
  public void column(
      byte[][] queries, int query, int from, byte[] candidate, int count, int addends, int[] sums) {
    for (int q = 0; q < COLUMN_QUERIES; q++) {
      sums[q] = product(queries[query + q], from, candidate, count);
    }
  }

  private static int product(byte[] query, int from, byte[] candidate, int count) {
    int sum = 0;
    for (int i = 0; i < count; i++) {
      sum += query[from + i] * candidate[i];
    }
    return sum;
  }
}
