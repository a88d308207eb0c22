package io.sluice.streams.report;

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
  /**
   * Combines the standard errors as if they were independent. The result is rather too large,
   * because their interactions are part of each.
   */
  public double standardError() {
    return Math.hypot(Math.hypot(overExamples, overSeeds), overDraws);
  }
}
