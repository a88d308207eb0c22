package io.sluice.gpuworker.model.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The supported architectures, named after the {@code model_type} in {@code config.json}. Each
 * constant overrides what differs from Llama; everything else is read from the config.
 */
public enum Architecture {
  /** Llama 2 to 3.3 (Touvron et al. 2023; Grattafiori et al. 2024). */
  LLAMA {
    @Override
    public Set<String> defaultTargets() {
      return ATTENTION;
    }

    @Override
    boolean readsLayerTypes() {
      return false;
    }
  },

  /** Mistral (Jiang et al. 2023). */
  MISTRAL {
    @Override
    boolean attentionBias(JsonFile config) throws UnusableModelException {
      return without(config, "attention_bias");
    }

    @Override
    boolean feedForwardBias(JsonFile config) throws UnusableModelException {
      return without(config, "mlp_bias");
    }

    @Override
    OptionalInt window(JsonFile config) throws UnusableModelException {
      return alwaysUsedWindow(config);
    }

    @Override
    boolean windowed(JsonFile config, int layer) {
      return true;
    }

    @Override
    boolean readsLayerTypes() {
      return false;
    }
  },

  /** Qwen 2 and 2.5 (Yang et al. 2024). */
  QWEN2 {
    @Override
    boolean queryKeyValueBias(JsonFile config) {
      return true;
    }

    @Override
    boolean attentionBias(JsonFile config) {
      return false;
    }

    @Override
    boolean feedForwardBias(JsonFile config) throws UnusableModelException {
      return without(config, "mlp_bias");
    }

    @Override
    OptionalInt window(JsonFile config) throws UnusableModelException {
      return optionalWindow(config, DEFAULT_WINDOW);
    }

    @Override
    boolean windowed(JsonFile config, int layer) throws UnusableModelException {
      return windowedAbove(config, layer);
    }
  },

  /** Qwen 3, its dense models (Yang et al. 2025). */
  QWEN3 {
    @Override
    QueryKeyNorm queryKeyNorm() {
      return QueryKeyNorm.EACH_HEAD;
    }

    @Override
    boolean feedForwardBias(JsonFile config) throws UnusableModelException {
      return without(config, "mlp_bias");
    }

    @Override
    OptionalInt window(JsonFile config) throws UnusableModelException {
      return optionalWindow(config, DEFAULT_WINDOW);
    }

    @Override
    boolean windowed(JsonFile config, int layer) throws UnusableModelException {
      return windowedAbove(config, layer);
    }
  },

  /** SmolLM 3 (Bakouch et al. 2025): by default, every fourth layer has no position embedding. */
  SMOLLM3 {
    private static final int INTERVAL = 4;

    @Override
    boolean tiedByDefault() {
      return true;
    }

    @Override
    double defaultTheta() {
      return 2e6;
    }

    @Override
    OptionalInt window(JsonFile config) throws UnusableModelException {
      return optionalWindow(config, OptionalInt.empty());
    }

    @Override
    boolean rotary(JsonFile config, int layer) throws UnusableModelException {
      int interval = config.count("no_rope_layer_interval", INTERVAL);
      return config
          .item("no_rope_layers", layer)
          .map(rotary -> rotary.asInt() != 0)
          .orElse((layer + 1) % interval != 0);
    }

    @Override
    boolean windowed(JsonFile config, int layer) throws UnusableModelException {
      return !rotary(config, layer);
    }
  },

  /** OLMo 3 (OLMo Team 2025): by default, three of four layers have a sliding window. */
  OLMO3 {
    private static final int INTERVAL = 4;

    @Override
    Norms norms() {
      return Norms.AFTER_BLOCKS;
    }

    @Override
    QueryKeyNorm queryKeyNorm() {
      return QueryKeyNorm.ALL_HEADS;
    }

    @Override
    double defaultTheta() {
      return 5e5;
    }

    @Override
    boolean feedForwardBias(JsonFile config) throws UnusableModelException {
      return without(config, "mlp_bias");
    }

    @Override
    OptionalInt window(JsonFile config) throws UnusableModelException {
      return alwaysUsedWindow(config);
    }

    @Override
    boolean windowed(JsonFile config, int layer) {
      return (layer + 1) % INTERVAL != 0;
    }

    @Override
    boolean separatesRope() {
      return true;
    }
  };

  /**
   * The index of the first layer with a sliding window: the default of {@code max_window_layers} in
   * transformers' Qwen2Config and Qwen3Config.
   */
  private static final int DEFAULT_MAX_WINDOW_LAYERS = 28;

  /** The default of {@code sliding_window} in transformers, except for SmolLM 3. */
  private static final OptionalInt DEFAULT_WINDOW = OptionalInt.of(4096);

  private static final Set<String> ATTENTION = Set.of("q_proj", "k_proj", "v_proj", "o_proj");
  private static final Set<String> ALL_LINEAR =
      Set.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

  /**
   * Returns the architecture that a config names.
   *
   * @throws UnusableModelException when it is not supported; the message lists those that are
   */
  public static Architecture of(JsonFile config) throws UnusableModelException {
    String type = config.text("model_type", "unnamed");
    config.requireOneOf(
        "model_type",
        type,
        Arrays.stream(values()).map(Architecture::modelType).collect(Collectors.toSet()));
    Architecture architecture = valueOf(type.toUpperCase(Locale.ROOT));
    for (JsonNode name : config.root().path("architectures")) {
      if (!name.asText().toLowerCase(Locale.ROOT).endsWith(type + "forcausallm")) {
        throw config.unusable(
            "architectures names "
                + name.asText()
                + ", which is not the causal language model of model_type "
                + type,
            "save the model with AutoModelForCausalLM");
      }
    }
    return architecture;
  }

  private String modelType() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The names of the linear layers in a decoder layer that LoRA adapts by default. */
  public Set<String> defaultTargets() {
    return ALL_LINEAR;
  }

  /** Which norms a layer has, and what they are called in the weights. */
  Norms norms() {
    return Norms.BEFORE_BLOCKS;
  }

  /** How queries and keys are normalised. */
  QueryKeyNorm queryKeyNorm() {
    return QueryKeyNorm.NONE;
  }

  /** Whether the projections to queries, keys and values have a bias. */
  boolean queryKeyValueBias(JsonFile config) throws UnusableModelException {
    return attentionBias(config);
  }

  /** Whether the attention's output projection has a bias. */
  boolean attentionBias(JsonFile config) throws UnusableModelException {
    return config.flag("attention_bias", false);
  }

  /** Whether the feed-forward block's linear layers have a bias. */
  boolean feedForwardBias(JsonFile config) throws UnusableModelException {
    return config.flag("mlp_bias", false);
  }

  /** The base of the rotary frequencies if the config has none. */
  double defaultTheta() {
    return 10_000;
  }

  /**
   * The size of the sliding window, in positions; empty if no layer has one.
   *
   * @throws UnusableModelException when settings contradict each other
   */
  OptionalInt window(JsonFile config) throws UnusableModelException {
    return OptionalInt.empty();
  }

  /** Whether {@code layer_types} decides which layers have a window, or the architecture does. */
  boolean readsLayerTypes() {
    return true;
  }

  /** Whether embedding and head share their weights if the config has no such field. */
  boolean tiedByDefault() {
    return false;
  }

  /** Whether a layer, counted from 0, applies the rotary position embedding. */
  boolean rotary(JsonFile config, int layer) throws UnusableModelException {
    return true;
  }

  /**
   * Whether a layer has a sliding window, if the model has a window and {@code layer_types} does
   * not decide.
   */
  boolean windowed(JsonFile config, int layer) throws UnusableModelException {
    return false;
  }

  /**
   * Whether layers with a window have a position embedding of their own: {@code rope_parameters}
   * holds one for each type of layer, and {@code rope_scaling} does not apply to windows.
   */
  boolean separatesRope() {
    return false;
  }

  private static boolean windowedAbove(JsonFile config, int layer) throws UnusableModelException {
    return layer >= config.natural("max_window_layers", DEFAULT_MAX_WINDOW_LAYERS);
  }

  private static boolean without(JsonFile config, String setting) throws UnusableModelException {
    if (config.flag(setting, false)) {
      throw config.unusable(
          setting + " is true, but this architecture has no such biases",
          "use the config.json that belongs to the weights");
    }
    return false;
  }

  /** The window of an architecture in which {@code use_sliding_window} turns it on. */
  private static OptionalInt optionalWindow(JsonFile config, OptionalInt orElse)
      throws UnusableModelException {
    return config.flag("use_sliding_window", false)
        ? givenWindow(config, orElse)
        : OptionalInt.empty();
  }

  /** The window of an architecture in which the size alone turns it on. */
  private static OptionalInt alwaysUsedWindow(JsonFile config) throws UnusableModelException {
    OptionalInt window = givenWindow(config, DEFAULT_WINDOW);
    if (window.isPresent() && !config.flag("use_sliding_window", true)) {
      throw config.unusable(
          "use_sliding_window is false, but this architecture always uses its sliding_window",
          "set sliding_window to null for a model that was trained without it");
    }
    return window;
  }

  private static OptionalInt givenWindow(JsonFile config, OptionalInt orElse)
      throws UnusableModelException {
    if (!config.root().has("sliding_window")) {
      return orElse;
    }
    return config.field("sliding_window").isPresent()
        ? OptionalInt.of(config.count("sliding_window"))
        : OptionalInt.empty();
  }
}
