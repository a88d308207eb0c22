package io.sluice.local.bundled;

import java.util.stream.IntStream;

/**
 * The sizes of a Llama model with LoRA adapters on the four projections of its attention.
 *
 * @param vocabulary rows of the embedding matrix
 * @param size of the tokenizer's vocabulary, at most {@code vocabulary}
 * @param hidden width of the residual stream
 * @param layers number of layers
 * @param heads number of attention heads; twice this number divides {@code hidden}
 * @param keyValueHeads number of heads of keys and values; divides {@code heads}
 * @param intermediate width of the feed-forward block
 * @param positions longest sequence, in tokens
 * @param tied whether the output layer shares the embedding matrix
 * @param rank rank of the adapters
 * @param alpha scaling of the adapters times their rank
 * @param checkpoints number of warm-up checkpoints
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
  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException when a size is below 1 or two sizes do not fit each other
   */
  public LlamaShape {
    int[] sizes = {
      tokens, hidden, layers, heads, keyValueHeads, intermediate, positions, rank, checkpoints
    };
    if (IntStream.of(sizes).anyMatch(size -> size < 1)) {
      throw new IllegalArgumentException("a size of the model is below 1: use 1 or more for each");
    }
    if (vocabulary < tokens) {
      throw new IllegalArgumentException(
          "vocabulary " + vocabulary + ": use " + tokens + " or more");
    }
    if (hidden % (2 * heads) != 0 || heads % keyValueHeads != 0) {
      throw new IllegalArgumentException(
          ("hidden size %d, %d heads, %d key-value heads: the hidden size must be a multiple of twice"
                  + " the heads, and the heads a multiple of the key-value heads")
              .formatted(hidden, heads, keyValueHeads));
    }
  }

  /** Returns the number of values per attention head. */
  public int headSize() {
    return hidden / heads;
  }
}
