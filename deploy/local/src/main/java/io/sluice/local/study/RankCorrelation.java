package io.sluice.local.study;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Spearman's rank correlation: how far two quantities rise and fall together. */
final class RankCorrelation {
  private RankCorrelation() {}

  /**
   * The correlation of the ranks (Spearman 1904). Equal values share the mean of their ranks.
   *
   * @param xs at least two values
   * @param ys as many
   * @return -1 to 1; NaN when all values of one are equal
   */
  static double spearman(List<Double> xs, List<Double> ys) {
    double[] x = centredRanks(xs);
    double[] y = centredRanks(ys);
    double product = 0;
    double xSquares = 0;
    double ySquares = 0;
    for (int i = 0; i < x.length; i++) {
      product += x[i] * y[i];
      xSquares += x[i] * x[i];
      ySquares += y[i] * y[i];
    }
    return product / Math.sqrt(xSquares * ySquares);
  }

  /** Twice the ranks less twice their mean: whole numbers, so that sums are exact. */
  private static double[] centredRanks(List<Double> values) {
    int size = values.size();
    List<Integer> order =
        IntStream.range(0, size).boxed().sorted(Comparator.comparingDouble(values::get)).toList();
    double[] ranks = new double[size];
    int begin = 0;
    while (begin < size) {
      int end = begin + 1;
      while (end < size && values.get(order.get(end)).equals(values.get(order.get(begin)))) {
        end++;
      }
      for (int i = begin; i < end; i++) {
        ranks[order.get(i)] = begin + end - size;
      }
      begin = end;
    }
    return ranks;
  }
}
