package io.sluice.gpuworker.model.decoder;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Examples laid end to end that pass through a model at once. Each has positions of its own and
 * sees itself only, so the model says of it what it would say of it alone; no padding is computed.
 *
 * @param ids all tokens
 * @param lengths tokens of each example; their sum is the number of ids
 * @param asked positions among all ids whose next token is predicted, ascending; none is the last
 *     of its example where that token is of interest
 */
public record Pack(long[] ids, int[] lengths, long[] asked) {
  /** Checks that lengths and ids agree. */
  public Pack {
    if (IntStream.of(lengths).sum() != ids.length) {
      throw new IllegalArgumentException(
          IntStream.of(lengths).sum() + " tokens of examples in a pack of " + ids.length);
    }
  }

  /** One example by itself. */
  static Pack of(long[] ids, long[] asked) {
    return new Pack(ids, new int[] {ids.length}, asked);
  }

  /** Whether it is one example. */
  boolean isSingle() {
    return lengths.length == 1;
  }

  /** Where the example of each token begins. */
  long[] begins() {
    long[] begins = new long[ids.length];
    int begin = 0;
    for (int length : lengths) {
      Arrays.fill(begins, begin, begin + length, begin);
      begin += length;
    }
    return begins;
  }

  /** The tokens that follow the asked positions. */
  public long[] next() {
    return LongStream.of(asked).map(position -> ids[(int) position + 1]).toArray();
  }
}
