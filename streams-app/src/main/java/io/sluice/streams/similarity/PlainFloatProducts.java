package io.sluice.streams.similarity;

/**
 * The loops in plain Java: the reference for the tests of the vector instructions, and the fallback
 * where there are none.
 */
final class PlainFloatProducts implements FloatProducts {
  @Override
  public void tile(
      float[] queries,
      int from,
      int stride,
      float[][] candidates,
      int candidate,
      int count,
      float[] lanes,
      int at) {
    for (int q = 0; q < QUERIES; q++) {
      for (int c = 0; c < CANDIDATES; c++) {
        int first = at + (q * CANDIDATES + c) * LANES;
        add(queries, from + q * stride, candidates[candidate + c], count, lanes, first);
      }
    }
  }

  @Override
  public void square(float[] piece, int count, float[] lanes) {
    add(piece, 0, piece, count, lanes, 0);
  }

  @Override
  public void widen(byte[] bytes, float[] into, int count) {
    for (int i = 0; i < count; i++) {
      into[i] = bytes[i];
    }
  }

  /**
   * Computes four lanes at a time: as their sums do not depend on each other, no addition waits for
   * the one before.
   */
  private static void add(
      float[] query, int from, float[] candidate, int count, float[] lanes, int at) {
    for (int lane = 0; lane < LANES; lane += 4) {
      float sum0 = lanes[at + lane];
      float sum1 = lanes[at + lane + 1];
      float sum2 = lanes[at + lane + 2];
      float sum3 = lanes[at + lane + 3];
      for (int i = lane; i < count; i += LANES) {
        sum0 += query[from + i] * candidate[i];
        sum1 += query[from + i + 1] * candidate[i + 1];
        sum2 += query[from + i + 2] * candidate[i + 2];
        sum3 += query[from + i + 3] * candidate[i + 3];
      }
      lanes[at + lane] = sum0;
      lanes[at + lane + 1] = sum1;
      lanes[at + lane + 2] = sum2;
      lanes[at + lane + 3] = sum3;
    }
  }
}
