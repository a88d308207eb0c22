package io.sluice.gpuworker.model.config;

import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.util.OptionalInt;

/** Qwen 2 and 2.5 (Yang et al. 2024), and the dense models of Qwen 3 (Yang et al. 2025). */
final class Qwen implements Traits {
  /** The index of the first layer with a sliding window by default in transformers. */
  private static final int FIRST_WINDOW = 28;

  private final String className;
  private final boolean alwaysBiased;
  private final QueryKeyNorm queryKeyNorm;

  private Qwen(String className, boolean alwaysBiased, QueryKeyNorm queryKeyNorm) {
    this.className = className;
    this.alwaysBiased = alwaysBiased;
    this.queryKeyNorm = queryKeyNorm;
  }

  /** Qwen 2: queries, keys and values always have biases, and the output has none. */
  static Qwen second() {
    return new Qwen("Qwen2", true, QueryKeyNorm.NONE);
  }

  /** Qwen 3: queries and keys are normalised. */
  static Qwen third() {
    return new Qwen("Qwen3", false, QueryKeyNorm.EACH_HEAD);
  }

  @Override
  public String className() {
    return className;
  }

  @Override
  public QueryKeyNorm queryKeyNorm() {
    return queryKeyNorm;
  }

  @Override
  public boolean queryKeyValueBias(JsonFile config) throws UnusableModelException {
    return alwaysBiased || attentionBias(config);
  }

  @Override
  public boolean attentionBias(JsonFile config) throws UnusableModelException {
    return !alwaysBiased && config.flag("attention_bias", false);
  }

  @Override
  public OptionalInt window(JsonFile config) throws UnusableModelException {
    return Windows.optional(config, Windows.USUAL);
  }

  @Override
  public boolean windowed(JsonFile config, int layer) throws UnusableModelException {
    return layer >= config.natural("max_window_layers", FIRST_WINDOW);
  }
}
