package io.sluice.gpuworker.gradient;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * The mean losses of examples, with their gradients with respect to the states that the head makes
 * predictions from. The gradient of the cross-entropy with respect to the logits is the predicted
 * distribution, less 1 for the actual token, so that no graph is needed: it would keep and compute
 * several more arrays of the size of the logits, which are the largest of a pass.
 *
 * @param losses in nats, shape [passes * examples, 1]
 * @param gradient same shape as the states
 */
record HeadGradient(NDArray losses, NDArray gradient) {
  /**
   * Computes losses and gradients; gradient mode must be off.
   *
   * @param scratch owns the arrays that are computed
   * @param states shape [passes * examples, asked, hidden], all examples of the first pass first;
   *     those of an example behind its last target are ignored
   * @param head the weights of the head, shape [vocabulary, hidden]
   * @param targets for each example, the ids of the actual tokens, at least one
   */
  static HeadGradient of(NDManager scratch, NDArray states, NDArray head, List<long[]> targets) {
    int lanes = (int) states.getShape().get(0);
    int asked = (int) states.getShape().get(1);
    long vocabulary = head.getShape().get(0);
    long[] actual = new long[lanes * asked];
    for (int i = 0; i < actual.length; i++) {
      long[] own = targets.get(i / asked % targets.size());
      int position = i % asked;
      actual[i] = i * vocabulary + (position < own.length ? own[position] : 0);
    }
    Shape shape = new Shape(lanes, asked, 1);
    NDArray share =
        targets.size() == 1
            ? scratch.full(shape, 1f / asked, DataType.FLOAT32)
            : scratch.create(shares(lanes, asked, targets), shape);
    NDIndex index = new NDIndex("{}", scratch.create(actual));

    try (NDArray logProbabilities = logProbabilities(states, head);
        NDArray slopes = logProbabilities.exp()) {
      NDArray own = logProbabilities.reshape(-1).get(index);
      slopes.reshape(-1).set(index, own.exp().sub(scratch.ones(new Shape())));
      return new HeadGradient(
          own.reshape(shape).mul(share).sum(new int[] {1}).neg(), slopes.matMul(head).mul(share));
    }
  }

  /** The weight of each token in its example's mean, row by row; 0 behind the last one. */
  private static float[] shares(int lanes, int asked, List<long[]> targets) {
    float[] shares = new float[lanes * asked];
    for (int lane = 0; lane < lanes; lane++) {
      int own = targets.get(lane % targets.size()).length;
      Arrays.fill(shares, lane * asked, lane * asked + own, 1f / own);
    }
    return shares;
  }

  private static NDArray logProbabilities(NDArray states, NDArray head) {
    try (NDArray logits = states.getNDArrayInternal().linear(states, head, null).head()) {
      return logits.logSoftmax(2);
    }
  }
}
