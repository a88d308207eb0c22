package io.sluice.local.cli.bench;

import io.sluice.local.bundled.LlamaShape;

/** The sizes of Llama models that people train, as their {@code config.json} gives them. */
enum PublishedShape {
  LLAMA_3_2_1B("llama-3.2-1b", 2048, 16, 32, 8192, true),
  LLAMA_3_2_3B("llama-3.2-3b", 3072, 28, 24, 8192, true),
  LLAMA_3_1_8B("llama-3.1-8b", 4096, 32, 32, 14_336, false);

  private static final int VOCABULARY = 128_256;
  private static final int KEY_VALUE_HEADS = 8;

  /** The size of the bundled tokenizer's vocabulary. */
  private static final int TOKENS = 1024;

  private static final int POSITIONS = 131_072;

  private final String label;
  private final int hidden;
  private final int layers;
  private final int heads;
  private final int intermediate;
  private final boolean tied;

  PublishedShape(String label, int hidden, int layers, int heads, int intermediate, boolean tied) {
    this.label = label;
    this.hidden = hidden;
    this.layers = layers;
    this.heads = heads;
    this.intermediate = intermediate;
    this.tied = tied;
  }

  int layers() {
    return layers;
  }

  /**
   * The shape with some of the layers, and with adapters.
   *
   * @throws IllegalArgumentException when a number is below 1
   */
  LlamaShape with(int someLayers, int rank, int checkpoints) {
    return new LlamaShape(
        VOCABULARY,
        TOKENS,
        hidden,
        someLayers,
        heads,
        KEY_VALUE_HEADS,
        intermediate,
        POSITIONS,
        tied,
        rank,
        4 * rank,
        checkpoints);
  }

  /** The name on the command line. */
  @Override
  public String toString() {
    return label;
  }
}
