package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import io.sluice.gpuworker.model.config.LayerAttention;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A decoder layer: attention and feed-forward, each beside a residual path, with norms before or
 * after them.
 *
 * @param sees what its attention knows of positions
 */
record DecoderLayer(
    LayerAttention sees,
    Optional<RmsNorm> beforeAttention,
    Attention attention,
    Optional<RmsNorm> afterAttention,
    Optional<RmsNorm> beforeFeedForward,
    FeedForward feedForward,
    Optional<RmsNorm> afterFeedForward) {

  /** The linear layers, in the order of the model's parameters. */
  Stream<Linear> linears() {
    return Stream.concat(attention.linears(), feedForward.linears());
  }

  /**
   * Runs the layer.
   *
   * @param x shape [batch, positions, hidden]
   * @param view the positions whose output is wanted
   * @param everywhere all positions
   * @return shape [batch, wanted positions, hidden]
   */
  NDArray apply(NDArray x, Sequence.View view, Sequence.View everywhere, Lora lora) {
    NDArray input = norm(beforeAttention, x);
    NDArray attended = attention.apply(view.of(input), input, view, everywhere, lora);
    NDArray y = view.of(x).add(norm(afterAttention, attended));
    NDArray fed = feedForward.apply(norm(beforeFeedForward, y), lora);
    return y.add(norm(afterFeedForward, fed));
  }

  /** The same layer with other arrays as its weights. */
  DecoderLayer with(WeightMap weights) {
    return new DecoderLayer(
        sees,
        beforeAttention.map(norm -> norm.with(weights)),
        attention.with(weights),
        afterAttention.map(norm -> norm.with(weights)),
        beforeFeedForward.map(norm -> norm.with(weights)),
        feedForward.with(weights),
        afterFeedForward.map(norm -> norm.with(weights)));
  }

  private static NDArray norm(Optional<RmsNorm> norm, NDArray x) {
    return norm.map(present -> present.apply(x)).orElse(x);
  }
}
