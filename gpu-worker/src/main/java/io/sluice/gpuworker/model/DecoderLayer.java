package io.sluice.gpuworker.model;

import ai.djl.ndarray.NDArray;
import java.util.stream.Stream;

/** A decoder layer: attention and feed-forward, each behind a norm and beside a residual path. */
record DecoderLayer(
    RmsNorm attentionNorm, Attention attention, RmsNorm feedForwardNorm, FeedForward feedForward) {

  /** The linear layers, in the order of the model's parameters. */
  Stream<Linear> linears() {
    return Stream.concat(attention.linears(), feedForward.linears());
  }

  /**
   * Runs the layer.
   *
   * @param x shape [batch, positions, hidden]
   * @param view the positions whose output is wanted
   * @param rope angles of all positions
   * @return shape [batch, wanted positions, hidden]
   */
  NDArray apply(NDArray x, Sequence.View view, Rope rope, Lora lora) {
    NDArray normed = attentionNorm.apply(x);
    NDArray attended = attention.apply(view.of(normed), normed, view, rope, lora);
    NDArray y = view.of(x).add(attended);
    return y.add(feedForward.apply(feedForwardNorm.apply(y), lora));
  }
}
