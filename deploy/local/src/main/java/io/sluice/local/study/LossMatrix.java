package io.sluice.local.study;

import io.sluice.streams.report.Difference;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Losses on the same examples with several seeds, in nats per token.
 *
 * @param bySeed shape [seeds][examples], at least 1 by 1
 */
record LossMatrix(List<List<Double>> bySeed) {
  LossMatrix {
    bySeed = bySeed.stream().map(List::copyOf).toList();
  }

  /** The mean of several matrices of the same shape, value by value. */
  static LossMatrix mean(List<LossMatrix> matrices) {
    LossMatrix first = matrices.get(0);
    return new LossMatrix(
        IntStream.range(0, first.seeds())
            .mapToObj(
                seed ->
                    IntStream.range(0, first.examples())
                        .mapToObj(
                            example ->
                                matrices.stream()
                                    .mapToDouble(one -> one.bySeed.get(seed).get(example))
                                    .average()
                                    .orElseThrow())
                        .toList())
            .toList());
  }

  /** The same losses for a number of seeds, for a model whose loss does not depend on a seed. */
  LossMatrix repeated(int seeds) {
    return new LossMatrix(Collections.nCopies(seeds, bySeed.get(0)));
  }

  int seeds() {
    return bySeed.size();
  }

  int examples() {
    return bySeed.get(0).size();
  }

  /** The mean over examples and seeds. */
  double mean() {
    return bySeed.stream().mapToDouble(LossMatrix::average).average().orElseThrow();
  }

  private static double average(List<Double> values) {
    return values.stream().mapToDouble(value -> value).average().orElseThrow();
  }

  /** These losses minus others of the same shape, seed by seed and example by example. */
  Difference minus(LossMatrix other) {
    List<List<Double>> differences =
        IntStream.range(0, seeds())
            .mapToObj(
                seed ->
                    IntStream.range(0, examples())
                        .mapToObj(
                            example ->
                                bySeed.get(seed).get(example) - other.bySeed.get(seed).get(example))
                        .toList())
            .toList();
    return Difference.of(
        differences.stream().map(LossMatrix::average).toList(),
        IntStream.range(0, examples())
            .mapToObj(
                example -> average(differences.stream().map(row -> row.get(example)).toList()))
            .toList());
  }
}
