package io.sluice.streams.report;

import java.util.List;

/**
 * A mean and its standard error.
 *
 * @param mean the mean
 * @param standardError standard error of the mean; 0 when it is not known, as for a single value
 * @param count number of values
 */
public record Estimate(double mean, double standardError, int count) {
  /**
   * Estimates the mean of a sample. Its standard error is the sample standard deviation divided by
   * the square root of the number of values.
   *
   * @param values at least one
   */
  public static Estimate of(List<Double> values) {
    double mean = values.stream().mapToDouble(value -> value).average().orElseThrow();
    double squares = values.stream().mapToDouble(value -> (value - mean) * (value - mean)).sum();
    int count = values.size();
    double standardError = count == 1 ? 0 : Math.sqrt(squares / (count - 1) / count);
    return new Estimate(mean, standardError, count);
  }
}
