package io.sluice.gpuworker.finetune;

import java.nio.file.Path;
import java.util.Set;

/**
 * The parameters that are trained: a new adapter, an existing adapter or all weights of the model.
 */
public sealed interface FineTuneMethod {
  /** The probability that an input of the adapter is dropped; 0 when there is no adapter. */
  double dropout();

  /**
   * Trains a new adapter (LoRA; Hu et al. 2022) with the initial values that PEFT uses: B is zero,
   * and the values of A are uniform between plus and minus the inverse square root of the number of
   * its columns.
   *
   * @param rank the rank of the adapter, at least 1
   * @param alpha the adapter's output is multiplied by {@code alpha / rank}; above 0
   * @param dropout the probability that an input of the adapter is dropped, 0 to below 1
   * @param targets the last components of the names of the layers that are adapted, such as {@code
   *     q_proj}. Empty for the default: the four attention layers of a Llama model, or all linear
   *     layers except the head of any other model.
   */
  record NewAdapter(int rank, double alpha, double dropout, Set<String> targets)
      implements FineTuneMethod {
    /** Throws {@link IllegalArgumentException} when a value is out of its range. */
    public NewAdapter {
      targets = Set.copyOf(targets);
      TrainingHyperParameters.require(rank >= 1, "LoRA rank", rank, "of 1 or more");
      TrainingHyperParameters.require(
          alpha > 0 && Double.isFinite(alpha), "LoRA alpha", alpha, "above 0");
      requireDropout(dropout);
    }
  }

  /**
   * Continues the training of an existing adapter.
   *
   * @param folder folder of a PEFT LoRA adapter
   * @param dropout the probability that an input of the adapter is dropped, 0 to below 1
   */
  record GivenAdapter(Path folder, double dropout) implements FineTuneMethod {
    /** Throws {@link IllegalArgumentException} when {@code dropout} is out of its range. */
    public GivenAdapter {
      requireDropout(dropout);
    }
  }

  /** Trains all weights of the model, without an adapter. */
  record AllWeights() implements FineTuneMethod {
    @Override
    public double dropout() {
      return 0;
    }
  }

  private static void requireDropout(double dropout) {
    TrainingHyperParameters.require(
        dropout >= 0 && dropout < 1, "LoRA dropout", dropout, "from 0 to below 1");
  }
}
