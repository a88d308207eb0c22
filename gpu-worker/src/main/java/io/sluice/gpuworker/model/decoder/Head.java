package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

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

  /** The weights, if the logits are products with 32-bit values and nothing else. */
  @SuppressWarnings("ReferenceEquality") // There is one plain format.
  Optional<NDArray> plain() {
    boolean isPlain =
        linear.weight().format() == MatrixFormat.PLAIN
            && linear.bias().isEmpty()
            && factor.scalar().isEmpty()
            && limit.scalar().isEmpty();
    return isPlain ? Optional.of(linear.weight().values()) : Optional.empty();
  }

  /** Returns a copy with another linear layer. */
  Head with(Linear other) {
    return new Head(other, factor, limit);
  }
}
