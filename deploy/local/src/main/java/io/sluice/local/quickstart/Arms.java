package io.sluice.local.quickstart;

import io.sluice.gpuworker.finetune.ExampleLosses;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The losses on a task's queries, by query, under the three arms of a comparison.
 *
 * @param task id of the task
 * @param budget examples of each subset
 * @param untuned of the model as it is
 * @param random of the model trained on random subsets, mean over the seeds
 * @param selected of the model trained on the selected subset, mean over the seeds
 */
public record Arms(
    String task, int budget, ExampleLosses untuned, ExampleLosses random, ExampleLosses selected) {
  /** Standard errors from which on a difference is called one. */
  private static final double CLEAR = 2;

  /** What a comparison says. */
  public enum Verdict {
    /** The selected subset leaves a lower loss than random ones. */
    BETTER("selection wins"),
    /** The difference is within two standard errors. */
    UNCLEAR("no clear difference"),
    /** The selected subset leaves a higher loss than random ones. */
    WORSE("selection loses");

    private final String words;

    Verdict(String words) {
      this.words = words;
    }

    /** For people. */
    public String words() {
      return words;
    }
  }

  /** By query, the loss under the selected subset less that under random ones. */
  public ExampleLosses difference() {
    List<Double> ofSelected = selected.each();
    List<Double> ofRandom = random.each();
    return new ExampleLosses(
        IntStream.range(0, ofSelected.size())
            .mapToObj(query -> ofSelected.get(query) - ofRandom.get(query))
            .toList());
  }

  /** Whether the difference is more than two standard errors, and to which side. */
  public Verdict verdict() {
    ExampleLosses difference = difference();
    if (Math.abs(difference.mean()) <= CLEAR * difference.standardError()) {
      return Verdict.UNCLEAR;
    }
    return difference.mean() < 0 ? Verdict.BETTER : Verdict.WORSE;
  }
}
