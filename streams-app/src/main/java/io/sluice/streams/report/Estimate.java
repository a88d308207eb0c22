package io.sluice.streams.report;

import java.util.List;

/**
 * A mean and how sure it is.
 *
 * @param mean the mean
 * @param standardError of the mean; 0 where nothing is known of it, as with a single value
 * @param count values that it is of
 */
public record Estimate(double mean, double standardError, int count) {
  /**
   * Of values.
   *
   * @param values at least one
   */
  static Estimate of(List<Double> values) {
    double mean = values.stream().mapToDouble(value -> value).average().orElseThrow();
    double squares = values.stream().mapToDouble(value -> (value - mean) * (value - mean)).sum();
    int count = values.size();
    double error = count == 1 ? 0 : Math.sqrt(squares / (count - 1) / count);
    return new Estimate(mean, error, count);
  }
}
