package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import io.sluice.gpuworker.model.config.LayerAttention;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A decoder layer: an attention block and a feed-forward block, each with a residual connection and
 * with norms of its input or output.
 *
 * @param positions the position embedding and the window of the attention
 * @param residual the factor of both blocks' outputs
 */
record DecoderLayer(
    LayerAttention positions,
    Optional<RmsNorm> beforeAttention,
    Attention attention,
    Optional<RmsNorm> afterAttention,
    Optional<RmsNorm> beforeFeedForward,
    FeedForward feedForward,
    Optional<RmsNorm> afterFeedForward,
    Factor residual) {

  /** The linear layers, in the order of the model's parameters. */
  Stream<Linear> linears() {
    return Stream.concat(attention.linears(), feedForward.linears());
  }

  /**
   * Computes the layer's output at some of the positions.
   *
   * @param x shape [batch, positions, hidden]
   * @param view the positions whose output is wanted
   * @param everywhere all positions
   * @return shape [batch, wanted, hidden]
   */
  NDArray apply(NDArray x, Sequence.View view, Sequence.View everywhere, Lora lora) {
    NDArray input = norm(beforeAttention, x);
    NDArray attended = attention.apply(input, view, everywhere, lora);
    NDArray y = view.of(x).add(residual.apply(norm(afterAttention, attended)));
    NDArray fed = feedForward.apply(norm(beforeFeedForward, y), lora);
    return y.add(residual.apply(norm(afterFeedForward, fed)));
  }

  /** Returns a copy whose weights are replaced by those of the map. */
  DecoderLayer with(WeightMap weights) {
    return new DecoderLayer(
        positions,
        beforeAttention.map(norm -> norm.with(weights)),
        attention.with(weights),
        afterAttention.map(norm -> norm.with(weights)),
        beforeFeedForward.map(norm -> norm.with(weights)),
        feedForward.with(weights),
        afterFeedForward.map(norm -> norm.with(weights)),
        residual);
  }

  private static NDArray norm(Optional<RmsNorm> norm, NDArray x) {
    return norm.map(present -> present.apply(x)).orElse(x);
  }
}
