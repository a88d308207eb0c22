package io.sluice.gpuworker.gradient;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/** The cross-entropy of tokens that a model predicted. */
public final class TokenLosses {
  private TokenLosses() {}

  /**
   * Losses, by token.
   *
   * @param scratch owns what is computed
   * @param logits shape [passes, asked, vocabulary]
   * @param next the tokens that came, one an asked position
   * @return in nats, shape [passes, asked, 1]
   */
  public static NDArray of(NDManager scratch, NDArray logits, long[] next) {
    int passes = (int) logits.getShape().get(0);
    long[] repeated = new long[passes * next.length];
    for (int i = 0; i < repeated.length; i++) {
      repeated[i] = next[i % next.length];
    }
    NDArray labels = scratch.create(repeated, new Shape(passes, next.length, 1));
    return logits.logSoftmax(2).gather(labels, 2).neg();
  }
}
