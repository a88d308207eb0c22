package io.sluice.streams.report;

/**
 * By how much the loss of one arm is above that of another on the same examples.
 *
 * @param mean over examples and seeds, in nats a token; negative where the first is better
 * @param overExamples standard error of the mean since the examples are a sample: of the
 *     differences example by example, each the mean over the seeds; 0 where it is not known
 * @param overSeeds standard error of the mean since the seeds are a sample: of the differences of
 *     runs with the same seed, each the mean over the examples; 0 for one seed
 */
public record Difference(double mean, double overExamples, double overSeeds) {
  /**
   * Both errors together, as if they had nothing in common; so it is rather too large, since what
   * an example and a seed do to each other is in both.
   */
  public double standardError() {
    return Math.hypot(overExamples, overSeeds);
  }
}
