package io.sluice.gpuworker.model.config;

import java.util.Optional;

/**
 * The names, in the weights, of the norms that a layer has; empty for a norm that it does not have.
 *
 * @param beforeAttention the norm of the attention's input
 * @param afterAttention the norm of the attention's output, before it is added to the residual
 *     stream
 * @param beforeFeedForward the norm of the feed-forward block's input
 * @param afterFeedForward the norm of the feed-forward block's output, before it is added to the
 *     residual stream
 * @param gainsLessOne whether the weights hold the gains of all norms of the model less 1, those of
 *     queries, keys and the final one included
 */
public record Norms(
    Optional<String> beforeAttention,
    Optional<String> afterAttention,
    Optional<String> beforeFeedForward,
    Optional<String> afterFeedForward,
    boolean gainsLessOne) {
  /** Norms of the blocks' inputs, as in Llama. */
  public static final Norms BEFORE_BLOCKS =
      new Norms(
          Optional.of("input_layernorm"),
          Optional.empty(),
          Optional.of("post_attention_layernorm"),
          Optional.empty(),
          false);

  /** Norms of the blocks' outputs, as in OLMo 2 (OLMo Team 2025). */
  public static final Norms AFTER_BLOCKS =
      new Norms(
          Optional.empty(),
          Optional.of("post_attention_layernorm"),
          Optional.empty(),
          Optional.of("post_feedforward_layernorm"),
          false);

  /** Norms of the blocks' inputs and outputs, with gains around 0, as in Gemma 2. */
  public static final Norms AROUND_BLOCKS =
      new Norms(
          Optional.of("input_layernorm"),
          Optional.of("post_attention_layernorm"),
          Optional.of("pre_feedforward_layernorm"),
          Optional.of("post_feedforward_layernorm"),
          true);
}
