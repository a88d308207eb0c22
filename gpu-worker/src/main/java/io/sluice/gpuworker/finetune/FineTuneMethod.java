package io.sluice.gpuworker.finetune;

import java.nio.file.Path;
import java.util.Set;

/** Which of a model's parameters are trained. */
public sealed interface FineTuneMethod {
  /** Share of an adapter's input that is left out at random; 0 where there is no adapter. */
  double dropout();

  /**
   * A new adapter (LoRA; Hu et al. 2022): A uniform within the root of its columns, B zero, as PEFT
   * begins.
   *
   * @param rank at least 1
   * @param alpha the adapter's output is multiplied by alpha / rank; above 0
   * @param dropout share of an adapter's input that is left out at random, 0 to below 1
   * @param targets the last part of the names of the layers that are adapted; empty for the
   *     attention's four of a Llama and all linear layers but the head elsewhere
   */
  record NewAdapter(int rank, double alpha, double dropout, Set<String> targets)
      implements FineTuneMethod {
    /** Checks the ranges. */
    public NewAdapter {
      targets = Set.copyOf(targets);
      TrainingHyperParameters.require(rank >= 1, "LoRA rank", rank, "of 1 or more");
      TrainingHyperParameters.require(
          alpha > 0 && Double.isFinite(alpha), "LoRA alpha", alpha, "above 0");
      requireDropout(dropout);
    }
  }

  /**
   * An adapter that exists goes on being trained.
   *
   * @param folder of a PEFT LoRA adapter
   * @param dropout share of an adapter's input that is left out at random, 0 to below 1
   */
  record GivenAdapter(Path folder, double dropout) implements FineTuneMethod {
    /** Checks the range. */
    public GivenAdapter {
      requireDropout(dropout);
    }
  }

  /** All weights of the model, without an adapter. */
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
