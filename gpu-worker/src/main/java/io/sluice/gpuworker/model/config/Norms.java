package io.sluice.gpuworker.model.config;

import java.util.Optional;

/**
 * Where a layer has its norms, by their names in the weights; empty where it has none.
 *
 * @param beforeAttention of the attention's input
 * @param afterAttention of its output, before it is added to the residual path
 * @param beforeFeedForward of the feed-forward block's input
 * @param afterFeedForward of its output, before it is added to the residual path
 */
public record Norms(
    Optional<String> beforeAttention,
    Optional<String> afterAttention,
    Optional<String> beforeFeedForward,
    Optional<String> afterFeedForward) {
  /** As in Llama. */
  public static final Norms BEFORE_BLOCKS =
      new Norms(
          Optional.of("input_layernorm"),
          Optional.empty(),
          Optional.of("post_attention_layernorm"),
          Optional.empty());

  /** As in OLMo 2 (OLMo Team 2025). */
  public static final Norms AFTER_BLOCKS =
      new Norms(
          Optional.empty(),
          Optional.of("post_attention_layernorm"),
          Optional.empty(),
          Optional.of("post_feedforward_layernorm"));
}
