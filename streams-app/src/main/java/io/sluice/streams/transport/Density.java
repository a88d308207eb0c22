package io.sluice.streams.transport;

import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * How many points are close to each point, as a sum of kernel values: 1 for a copy, less for a
 * point farther away, 0 from a similarity of {@code 1 - }{@value #SQUARED_WIDTH}{@code / 2} down.
 */
final class Density {
  private static final double SQUARED_WIDTH = 0.75 * 0.75;

  /** Points whose similarities a thread computes in one pass over all points. */
  private static final int BLOCK = 16;

  private Density() {}

  /**
   * Computes the density at each point, in parallel.
   *
   * @param most how many of the most similar points count at each, the point itself included
   * @param progress called with numbers of points done, in any thread
   */
  static double[] of(PointSimilarities points, int most, IntConsumer progress) {
    double[] densities = new double[points.size()];
    IntStream.range(0, (densities.length + BLOCK - 1) / BLOCK)
        .parallel()
        .forEach(
            block -> {
              int from = block * BLOCK;
              double[][] rows =
                  new double[Math.min(BLOCK, densities.length - from)][densities.length];
              points.compute(from, rows);
              for (int r = 0; r < rows.length; r++) {
                densities[from + r] = sumOfKernel(rows[r], most);
              }
              progress.accept(rows.length);
            });
    return densities;
  }

  /** Overwrites the similarities. */
  private static double sumOfKernel(double[] similarities, int most) {
    int close = 0;
    for (double similarity : similarities) {
      double value = 1 - 2 * Math.max(0, 1 - similarity) / SQUARED_WIDTH;
      if (value > 0) {
        similarities[close] = value;
        close++;
      }
    }
    if (close > most) {
      Arrays.sort(similarities, 0, close);
    }
    double sum = 0;
    for (int i = Math.max(0, close - most); i < close; i++) {
      sum += similarities[i];
    }
    return sum;
  }
}
