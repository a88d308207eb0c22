package io.sluice.gpuworker.model.config;

import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Gemma 2 (Gemma Team 2024) and the text models of Gemma 3 (Gemma Team 2025): four norms a layer
 * whose gains are stored less 1, scaled embeddings, and windows on most layers. Gemma 2 limits its
 * scores; Gemma 3 normalises queries and keys, and its layers with windows have another base of the
 * rotary frequencies.
 */
final class Gemma implements Traits {
  private static final String ACTIVATION = "hidden_activation";
  private static final String ATTENTION_LIMIT = "attn_logit_softcapping";
  private static final String LOGIT_LIMIT = "final_logit_softcapping";
  private static final String PATTERN = "sliding_window_pattern";
  private static final int DEFAULT_ATTENTION_SCALAR = 256;

  private final String className;
  private final boolean third;

  private Gemma(String className, boolean third) {
    this.className = className;
    this.third = third;
  }

  static Gemma second() {
    return new Gemma("Gemma2", false);
  }

  static Gemma third() {
    return new Gemma("Gemma3", true);
  }

  @Override
  public String className() {
    return className;
  }

  @Override
  public Norms norms() {
    return Norms.AROUND_BLOCKS;
  }

  @Override
  public QueryKeyNorm queryKeyNorm() {
    return third ? QueryKeyNorm.EACH_HEAD : QueryKeyNorm.NONE;
  }

  @Override
  public Activation activation(JsonFile config) throws UnusableModelException {
    Activation activation = Activation.read(config, ACTIVATION, "gelu_pytorch_tanh");
    if (config.field("hidden_act").isPresent()
        && Activation.read(config, "hidden_act", "") != activation) {
      throw config.unusable(
          "hidden_act is " + config.text("hidden_act", "") + ", but " + ACTIVATION + " is another",
          "remove hidden_act, which transformers does not read for this architecture");
    }
    return activation;
  }

  @Override
  public Scales scales(JsonFile config, int hidden, int headSize) throws UnusableModelException {
    return new Scales(
        Math.sqrt(hidden),
        1 / Math.sqrt(Traits.positive(config, "query_pre_attn_scalar", DEFAULT_ATTENTION_SCALAR)),
        1,
        1,
        third ? OptionalDouble.empty() : limit(config, ATTENTION_LIMIT, OptionalDouble.of(50)),
        limit(config, LOGIT_LIMIT, third ? OptionalDouble.empty() : OptionalDouble.of(30)));
  }

  /** A limit that is null is none, and one that is absent the default. */
  private static OptionalDouble limit(JsonFile config, String field, OptionalDouble orElse)
      throws UnusableModelException {
    if (!config.root().has(field)) {
      return orElse;
    }
    return config.field(field).isPresent()
        ? OptionalDouble.of(Traits.positive(config, field, 1))
        : OptionalDouble.empty();
  }

  @Override
  public String thetaField(LayerType type) {
    return third && type == LayerType.SLIDING ? "rope_local_base_freq" : "rope_theta";
  }

  @Override
  public double defaultTheta(LayerType type) {
    return third && type == LayerType.FULL ? 1e6 : 10_000;
  }

  @Override
  public boolean separatesRope() {
    return third;
  }

  @Override
  public OptionalInt window(JsonFile config) throws UnusableModelException {
    OptionalInt window = Windows.always(config, Windows.USUAL);
    if (window.isEmpty()) {
      throw config.unusable(
          "sliding_window is null, but this architecture has layers with a window",
          "use the config.json with which the model was trained");
    }
    if (config.count("sliding_window_size", window.getAsInt()) != window.getAsInt()) {
      throw config.unusable(
          "sliding_window_size is another than sliding_window",
          "keep the one with which the model was trained");
    }
    return window;
  }

  @Override
  public boolean windowed(JsonFile config, int layer) throws UnusableModelException {
    int interval = third ? config.count(PATTERN, 6) : 2;
    return (layer + 1) % interval != 0;
  }

  @Override
  public boolean tiedByDefault() {
    return true;
  }

  @Override
  public OptionalInt defaultPadding() {
    return OptionalInt.of(0);
  }
}
