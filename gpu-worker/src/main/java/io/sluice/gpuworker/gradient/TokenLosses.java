package io.sluice.gpuworker.gradient;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/** The cross-entropy of a model's predictions, per token. */
public final class TokenLosses {
  private TokenLosses() {}

  /**
   * Computes the loss of each predicted token.
   *
   * @param scratch owns the arrays that are computed
   * @param logits the predictions, shape [passes, asked, vocabulary]
   * @param targets the ids of the actual tokens, one per asked position
   * @return the losses in nats, shape [passes, asked, 1]
   */
  public static NDArray of(NDManager scratch, NDArray logits, long[] targets) {
    int passes = (int) logits.getShape().get(0);
    long[] repeated = new long[passes * targets.length];
    for (int i = 0; i < repeated.length; i++) {
      repeated[i] = targets[i % targets.length];
    }
    NDArray labels = scratch.create(repeated, new Shape(passes, targets.length, 1));
    return logits.logSoftmax(2).gather(labels, 2).neg();
  }
}
