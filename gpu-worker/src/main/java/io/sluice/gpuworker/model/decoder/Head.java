package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;

/**
 * The language model head, with the factor and the limit of the logits.
 *
 * @param linear from hidden states to the vocabulary
 */
record Head(Linear linear, Factor factor, Limit limit) {
  /** Takes shape [batch, positions, hidden], returns shape [batch, positions, vocabulary]. */
  NDArray apply(NDArray states, Lora lora) {
    return limit.apply(factor.apply(linear.apply(states, lora)));
  }

  /** Returns a copy with another linear layer. */
  Head with(Linear other) {
    return new Head(other, factor, limit);
  }
}
