package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import java.util.stream.Stream;

/** Gated feed-forward block (SwiGLU, Shazeer 2020): {@code down(silu(gate(x)) * up(x))}. */
record FeedForward(Linear gate, Linear up, Linear down) {
  /** The linear layers, in the order of the model's parameters. */
  Stream<Linear> linears() {
    return Stream.of(gate, up, down);
  }

  /** Returns a copy whose weights are replaced by those of the map. */
  FeedForward with(WeightMap weights) {
    return new FeedForward(gate.with(weights), up.with(weights), down.with(weights));
  }

  /** Takes and returns shape [batch, positions, hidden]. */
  NDArray apply(NDArray x, Lora lora) {
    NDArray gated = gate.apply(x, lora);
    NDArray silu = gated.mul(gated.getNDArrayInternal().sigmoid());
    return down.apply(silu.mul(up.apply(x, lora)), lora);
  }
}
