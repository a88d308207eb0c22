package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Gated feed-forward block (Shazeer 2020): {@code down(activation(first(x)) * second(x))}.
 *
 * @param inner the first and the second projection
 * @param gate the activation
 */
record FeedForward(Projections inner, Gate gate, Linear down) {
  /** The linear layers, in the order of the model's parameters. */
  Stream<Linear> linears() {
    return Stream.concat(inner.linears(), Stream.of(down));
  }

  /** Returns a copy whose weights are replaced by those of the map. */
  FeedForward with(WeightMap weights) {
    return new FeedForward(inner.with(weights), gate, down.with(weights));
  }

  /** Takes and returns shape [batch, positions, hidden]. */
  NDArray apply(NDArray x, Lora lora) {
    List<NDArray> parts = inner.apply(x, UnaryOperator.identity(), lora);
    return down.apply(gate.apply(parts.get(0)).mul(parts.get(1)), lora);
  }
}
