package io.sluice.streams.report;

import java.util.List;

/**
 * The loss of one arm minus the loss of another arm on the same examples.
 *
 * @param mean mean over examples and seeds, in nats per token; negative when the first arm is
 *     better
 * @param overExamples standard error of the mean over the examples: that of the differences example
 *     by example, each averaged over the seeds; 0 when the losses of single examples are not known
 * @param overSeeds standard error of the mean over the seeds: that of the differences between runs
 *     with the same seed, each averaged over the examples; 0 with a single seed
 * @param overDraws standard error of the mean over the random subsets, each averaged over examples
 *     and seeds; 0 with a single one
 */
public record Difference(double mean, double overExamples, double overSeeds, double overDraws) {
  /** Differences of at most this number of standard errors may be chance. */
  private static final double CLEAR = 2;

  /**
   * Estimates the difference from those of single runs and examples. Random subsets count as part
   * of their seeds.
   *
   * @param bySeed the difference between the runs of each seed, averaged over the examples; at
   *     least one
   * @param byExample the difference on each example, averaged over the seeds; empty when it is not
   *     known
   */
  public static Difference of(List<Double> bySeed, List<Double> byExample) {
    Estimate overSeeds = Estimate.of(bySeed);
    double overExamples = byExample.isEmpty() ? 0 : Estimate.of(byExample).standardError();
    return new Difference(overSeeds.mean(), overExamples, overSeeds.standardError(), 0);
  }

  /**
   * Whether it is more than two standard errors, so that it is probably no chance. Nothing is clear
   * when no standard error is known.
   */
  public boolean isClear() {
    return standardError() > 0 && Math.abs(mean) > CLEAR * standardError();
  }

  /**
   * Combines the standard errors as if they were independent. The result is rather too large,
   * because their interactions are part of each.
   */
  public double standardError() {
    return Math.hypot(Math.hypot(overExamples, overSeeds), overDraws);
  }
}
