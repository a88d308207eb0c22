package io.sluice.streams.similarity;

/**
 * The loops in plain Java: the reference for the tests of the vector instructions, and the fallback
 * where there are none.
 */
final class PlainSignProducts implements SignProducts {
  @Override
  public void tile(
      short[] queries,
      int from,
      int stride,
      short[][] candidates,
      int candidate,
      int count,
      int[] sums,
      int at) {
    for (int q = 0; q < QUERIES; q++) {
      for (int c = 0; c < CANDIDATES; c++) {
        sums[at + q * CANDIDATES + c] +=
            sum(queries, from + q * stride, candidates[candidate + c], count);
      }
    }
  }

  private static int sum(short[] queries, int from, short[] candidate, int count) {
    int sum = 0;
    for (int i = 0; i < count; i++) {
      int chosen = queries[from + i] & candidate[i];
      sum += (chosen & 0xff) + (chosen >> 8 & 0xff);
    }
    return sum;
  }
}
