package io.sluice.gpuworker.model.config;

import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.util.Arrays;
import java.util.Locale;
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
  },

  /** Mistral (Jiang et al. 2023). */
  MISTRAL {
    @Override
    boolean windowed(JsonFile config, int layer) {
      return true;
    }
  },

  /** Qwen 2 and 2.5 (Yang et al. 2024). */
  QWEN2 {
    @Override
    boolean queryKeyValueBias(JsonFile config) throws UnusableModelException {
      return true;
    }

    @Override
    boolean outputBias(JsonFile config) throws UnusableModelException {
      return false;
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
    boolean rotary(JsonFile config, int layer) throws UnusableModelException {
      int interval = config.count("no_rope_layer_interval", INTERVAL);
      return config
          .item("no_rope_layers", layer)
          .map(rotary -> rotary.asInt() != 0)
          .orElse((layer + 1) % interval != 0);
    }

    @Override
    boolean windowed(JsonFile config, int layer) throws UnusableModelException {
      return config.flag("use_sliding_window", false) && !rotary(config, layer);
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
    boolean windowed(JsonFile config, int layer) {
      return (layer + 1) % INTERVAL != 0;
    }

    @Override
    boolean scalesRopeInWindows() {
      return false;
    }
  };

  /**
   * The index of the first layer with a sliding window: the default of {@code max_window_layers} in
   * transformers' Qwen2Config and Qwen3Config.
   */
  private static final int DEFAULT_MAX_WINDOW_LAYERS = 28;

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
    return valueOf(type.toUpperCase(Locale.ROOT));
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
    return config.flag("attention_bias", false);
  }

  /** Whether the attention's output projection has a bias. */
  boolean outputBias(JsonFile config) throws UnusableModelException {
    return config.flag("attention_bias", false);
  }

  /** Whether embedding and head share their weights if the config has no such field. */
  boolean tiedByDefault() {
    return false;
  }

  /** Whether a layer, counted from 0, applies the rotary position embedding. */
  boolean rotary(JsonFile config, int layer) throws UnusableModelException {
    return true;
  }

  /** Whether a layer has a sliding window, if the config has no {@code layer_types}. */
  boolean windowed(JsonFile config, int layer) throws UnusableModelException {
    return false;
  }

  /** Whether the scaling of the position embedding also applies to layers with a window. */
  boolean scalesRopeInWindows() {
    return true;
  }

  private static boolean windowedAbove(JsonFile config, int layer) throws UnusableModelException {
    return config.flag("use_sliding_window", false)
        && layer >= config.count("max_window_layers", DEFAULT_MAX_WINDOW_LAYERS);
  }
}
