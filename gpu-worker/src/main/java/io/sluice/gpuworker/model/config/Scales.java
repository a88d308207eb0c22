package io.sluice.gpuworker.model.config;

import java.util.OptionalDouble;

/**
 * Constant factors between the parts of a decoder, and limits of its scores. A limit c turns a
 * value x into {@code c * tanh(x / c)} (soft-capping, Gemma Team 2024).
 *
 * @param embedding the factor of the tokens' embeddings
 * @param attention the factor of the products of queries and keys
 * @param residual the factor of a block's output before it is added to the residual stream
 * @param logits the factor of the logits
 * @param attentionLimit the limit of the scaled products of queries and keys; empty for none
 * @param logitLimit the limit of the logits; empty for none
 */
public record Scales(
    double embedding,
    double attention,
    double residual,
    double logits,
    OptionalDouble attentionLimit,
    OptionalDouble logitLimit) {
  /** No factor but the usual one of the attention, and no limits. */
  static Scales plain(int headSize) {
    return new Scales(
        1, 1 / Math.sqrt(headSize), 1, 1, OptionalDouble.empty(), OptionalDouble.empty());
  }
}
