package io.sluice.local.cli.bench;

import io.sluice.local.bundled.LlamaShape;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options for the size of a Llama that is created with random weights. */
final class ShapeOptions {
  /** Size of the vocabulary of the bundled tokenizer. */
  private static final int BUNDLED_TOKENS = 1024;

  @Option(
      names = "--layers",
      defaultValue = "6",
      paramLabel = "N",
      description = "Layers of the created model (default: ${DEFAULT-VALUE}).")
  private int layers;

  @Option(
      names = "--hidden",
      defaultValue = "288",
      paramLabel = "N",
      description = "Hidden size of the created model (default: ${DEFAULT-VALUE}).")
  private int hidden;

  @Option(
      names = "--heads",
      defaultValue = "6",
      paramLabel = "N",
      description = "Attention heads of the created model (default: ${DEFAULT-VALUE}).")
  private int heads;

  @Option(
      names = "--intermediate",
      defaultValue = "768",
      paramLabel = "N",
      description = "Width of its feed-forward blocks (default: ${DEFAULT-VALUE}).")
  private int intermediate;

  @Option(
      names = "--vocabulary",
      defaultValue = "32000",
      paramLabel = "N",
      description = "Size of its vocabulary, at least 1024 (default: ${DEFAULT-VALUE}).")
  private int vocabulary;

  @Mixin private AdapterOptions adapters;

  /** Created by picocli, which then sets the fields. */
  ShapeOptions() {}

  /**
   * The chosen shape.
   *
   * @param positions the greatest length of a text, in tokens
   * @throws IllegalArgumentException when an option is out of its range
   */
  LlamaShape of(int positions) {
    return new LlamaShape(
        vocabulary,
        BUNDLED_TOKENS,
        hidden,
        layers,
        heads,
        heads,
        intermediate,
        positions,
        true,
        adapters.rank(),
        4 * adapters.rank(),
        adapters.checkpoints());
  }
}
