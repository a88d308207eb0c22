package io.sluice.local.bundled;

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
  /** Values a head. */
  public int headSize() {
    return hidden / heads;
  }
}
