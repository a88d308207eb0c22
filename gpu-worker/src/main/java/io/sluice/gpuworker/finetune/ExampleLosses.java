package io.sluice.gpuworker.finetune;

import java.util.List;

/**
 * The losses of examples.
 *
 * @param each mean over the learnt tokens of an example, in nats, by example; at least one
 */
public record ExampleLosses(List<Double> each) {
  /** Copies the list. */
  public ExampleLosses {
    each = List.copyOf(each);
    if (each.isEmpty()) {
      throw new IllegalArgumentException("no example to evaluate: give at least one");
    }
  }

  /** The mean over the examples, whatever their lengths. */
  public double mean() {
    return each.stream().mapToDouble(loss -> loss).average().orElseThrow();
  }

  /** The standard error of the mean; 0 for one example, of which nothing is known. */
  public double standardError() {
    double mean = mean();
    double squares = each.stream().mapToDouble(loss -> (loss - mean) * (loss - mean)).sum();
    return each.size() == 1 ? 0 : Math.sqrt(squares / (each.size() - 1) / each.size());
  }
}
