package io.sluice.streams.transport;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The nearest candidates of each query, by the distance 1 - similarity in single precision; among
 * equal distances, those of lower index first.
 *
 * @param indices shape [queries][count], the nearest first
 */
public record Neighbours(int[][] indices) {
  /** Finds the nearest candidates of each query, in parallel. */
  static Neighbours of(PoolScores scores, int count) {
    return new Neighbours(
        IntStream.range(0, scores.queries())
            .parallel()
            .mapToObj(query -> nearest(scores.rows()[query], count))
            .toArray(int[][]::new));
  }

  private static int[] nearest(float[] similarities, int count) {
    long[] keys = new long[similarities.length];
    for (int candidate = 0; candidate < keys.length; candidate++) {
      keys[candidate] = (long) ascending(1 - similarities[candidate]) << Integer.SIZE | candidate;
    }
    Arrays.sort(keys);
    int[] nearest = new int[count];
    for (int k = 0; k < count; k++) {
      nearest[k] = (int) keys[k];
    }
    return nearest;
  }

  /** Maps floats other than -0 and NaN to integers of the same order. */
  private static int ascending(float value) {
    int bits = Float.floatToIntBits(value);
    return bits >= 0 ? bits : bits ^ Integer.MAX_VALUE;
  }

  /** All candidates that are a neighbour of any query, ascending. */
  public int[] candidates() {
    return Arrays.stream(indices).flatMapToInt(Arrays::stream).sorted().distinct().toArray();
  }
}
