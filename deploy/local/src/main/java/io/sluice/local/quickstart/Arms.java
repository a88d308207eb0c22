package io.sluice.local.quickstart;

import io.sluice.gpuworker.finetune.ExampleLosses;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The losses on each query of a task in the three arms of a comparison.
 *
 * @param task task id
 * @param budget number of examples of each subset
 * @param untuned losses of the model without fine-tuning
 * @param random losses after training on random subsets, mean over the seeds
 * @param selected losses after training on the selected subset, mean over the seeds
 */
public record Arms(
    String task, int budget, ExampleLosses untuned, ExampleLosses random, ExampleLosses selected) {
  /** A difference counts as clear when it exceeds this number of standard errors. */
  private static final double CLEAR = 2;

  /** The result of comparing the selected subset with random ones. */
  public enum Verdict {
    /** Training on the selected subset leads to a lower loss. */
    BETTER("selection wins"),
    /** The losses differ by at most two standard errors. */
    UNCLEAR("no clear difference"),
    /** Training on the selected subset leads to a higher loss. */
    WORSE("selection loses");

    private final String text;

    Verdict(String text) {
      this.text = text;
    }

    /** Returns the verdict as it is shown to people. */
    public String text() {
      return text;
    }
  }

  /** Returns, for each query, the loss of the selected arm minus the loss of the random arm. */
  public ExampleLosses difference() {
    List<Double> ofSelected = selected.each();
    List<Double> ofRandom = random.each();
    return new ExampleLosses(
        IntStream.range(0, ofSelected.size())
            .mapToObj(query -> ofSelected.get(query) - ofRandom.get(query))
            .toList());
  }

  /** Judges the mean difference by its standard error over the queries. */
  public Verdict verdict() {
    ExampleLosses difference = difference();
    if (Math.abs(difference.mean()) <= CLEAR * difference.standardError()) {
      return Verdict.UNCLEAR;
    }
    return difference.mean() < 0 ? Verdict.BETTER : Verdict.WORSE;
  }
}
