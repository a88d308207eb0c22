package io.sluice.gpuworker.gradient;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;

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

  /**
   * Computes the mean losses of examples whose predictions stand side by side.
   *
   * @param scratch owns the arrays that are computed
   * @param logits the predictions, shape [passes * examples, asked, vocabulary], all examples of
   *     the first pass first; those of an example behind its last target are ignored
   * @param targets for each example, the ids of the actual tokens, at least one
   * @return the means in nats, shape [passes * examples, 1]
   */
  public static NDArray means(NDManager scratch, NDArray logits, List<long[]> targets) {
    int lanes = (int) logits.getShape().get(0);
    int asked = (int) logits.getShape().get(1);
    long[] labels = new long[lanes * asked];
    float[] shares = new float[labels.length];
    for (int lane = 0; lane < lanes; lane++) {
      long[] own = targets.get(lane % targets.size());
      System.arraycopy(own, 0, labels, lane * asked, own.length);
      Arrays.fill(shares, lane * asked, lane * asked + own.length, 1f / own.length);
    }
    Shape shape = new Shape(lanes, asked, 1);
    return logits
        .logSoftmax(2)
        .gather(scratch.create(labels, shape), 2)
        .mul(scratch.create(shares, shape))
        .sum(new int[] {1})
        .neg();
  }
}
