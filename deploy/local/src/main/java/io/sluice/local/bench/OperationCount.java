package io.sluice.local.bench;

import io.sluice.gpuworker.representation.memory.ModelShape;
import io.sluice.local.bench.RepresentBench.Totals;

/**
 * Counts the floating-point operations of gradients. For each token and weight, a product takes two
 * in the forward pass and two in the backward pass, since weights of the base model need no
 * gradient; and two more in layers that are computed again. The head is computed for learnt tokens
 * only, and never again. Attention takes, for each pair of tokens and value of its queries, four
 * forwards, eight backwards, and four again. Adapters, norms and all that is not a product are left
 * out.
 *
 * @param model the shape of the base model
 * @param recompute whether the layers are computed again in the backward pass
 */
public record OperationCount(ModelShape model, boolean recompute) {
  private static final int OF_A_WEIGHT = 4;
  private static final int OF_A_WEIGHT_AGAIN = 2;
  private static final int OF_A_PAIR = 12;
  private static final int OF_A_PAIR_AGAIN = 4;

  /** Those of the products with weights. */
  public double products(Totals totals, int checkpoints) {
    double layers = (double) (recompute ? OF_A_WEIGHT + OF_A_WEIGHT_AGAIN : OF_A_WEIGHT);
    return checkpoints
        * (layers * model.layerMatrices() * totals.tokens()
            + (double) OF_A_WEIGHT * model.headMatrix() * totals.learnt());
  }

  /** Those of the attention, of which every pair of tokens of an example counts. */
  public double attention(Totals totals, int checkpoints) {
    double pair = (double) (recompute ? OF_A_PAIR + OF_A_PAIR_AGAIN : OF_A_PAIR);
    return checkpoints * pair * model.wide() * model.config().layers().size() * totals.pairs();
  }
}
