package io.sluice.gpuworker.finetune;

import java.util.List;

/**
 * The losses of a list of examples.
 *
 * @param each one loss per example, at least one: the mean over the example's learnt tokens, in
 *     nats per token
 */
public record ExampleLosses(List<Double> each) {
  /** Throws {@link IllegalArgumentException} when the list is empty. */
  public ExampleLosses {
    each = List.copyOf(each);
    if (each.isEmpty()) {
      throw new IllegalArgumentException("no example to evaluate: give at least one");
    }
  }

  /** The mean over the examples; each has the same weight, whatever its length. */
  public double mean() {
    return each.stream().mapToDouble(loss -> loss).average().orElseThrow();
  }

  /**
   * The standard error of the mean; 0 when there is only one example, since it cannot be estimated
   * then.
   */
  public double standardError() {
    double mean = mean();
    double squares = each.stream().mapToDouble(loss -> (loss - mean) * (loss - mean)).sum();
    return each.size() == 1 ? 0 : Math.sqrt(squares / (each.size() - 1) / each.size());
  }
}
