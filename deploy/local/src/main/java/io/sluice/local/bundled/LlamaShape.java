package io.sluice.local.bundled;

import java.util.stream.IntStream;

/**
 * The size of a Llama with LoRA on its attention's four projections.
 *
 * @param vocabulary rows of the embedding
 * @param tokens that its tokenizer makes, at most {@code vocabulary}
 * @param hidden width of the residual stream
 * @param layers how many
 * @param heads attention heads; divides {@code hidden}
 * @param keyValueHeads heads of keys and values; divides {@code heads}
 * @param intermediate width of the feed-forward block
 * @param positions the longest example
 * @param tied whether the embedding is the head too
 * @param rank of the adapters
 * @param alpha their scaling times the rank
 * @param checkpoints how many
 */
public record LlamaShape(
    int vocabulary,
    int tokens,
    int hidden,
    int layers,
    int heads,
    int keyValueHeads,
    int intermediate,
    int positions,
    boolean tied,
    int rank,
    int alpha,
    int checkpoints) {
  /** Checks that they are positive and fit each other. */
  public LlamaShape {
    int[] sizes = {
      tokens, hidden, layers, heads, keyValueHeads, intermediate, positions, rank, checkpoints
    };
    if (IntStream.of(sizes).anyMatch(size -> size < 1)) {
      throw new IllegalArgumentException("a model's sizes: use 1 or more for each");
    }
    if (vocabulary < tokens) {
      throw new IllegalArgumentException(
          "vocabulary " + vocabulary + ": use " + tokens + " or more");
    }
    if (hidden % (2 * heads) != 0 || heads % keyValueHeads != 0) {
      throw new IllegalArgumentException(
          "hidden " + hidden + " over " + heads + " heads: use a multiple of twice the heads");
    }
  }

  /** Values a head. */
  public int headSize() {
    return hidden / heads;
  }
}
