package io.sluice.gpuworker.model.config;

import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The decoders that are known, by their {@code model_type}. Each is a Llama but for what it says
 * here, and its config says the rest.
 */
public enum Architecture {
  /** Llama 2 to 3.3 (Touvron et al. 2023; Grattafiori et al. 2024). */
  LLAMA {
    @Override
    public Set<String> adapted() {
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

  /** SmolLM 3 (Bakouch et al. 2025): every fourth layer does not tell positions apart. */
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

  /** OLMo 3 (OLMo Team 2025): three of four layers see a window. */
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
   * What transformers' Qwen2Config and Qwen3Config take for {@code max_window_layers} where a
   * config.json leaves it out: the first layer with a sliding window.
   */
  private static final int DEFAULT_MAX_WINDOW_LAYERS = 28;

  private static final Set<String> ATTENTION = Set.of("q_proj", "k_proj", "v_proj", "o_proj");
  private static final Set<String> ALL_LINEAR =
      Set.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

  /**
   * The architecture of a config.
   *
   * @throws UnusableModelException when it is not known; names those that are
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

  /** The linear layers that get an adapter where nothing else is wanted. */
  public Set<String> adapted() {
    return ALL_LINEAR;
  }

  /** Where the norms are. */
  Norms norms() {
    return Norms.BEFORE_BLOCKS;
  }

  /** Which norm queries and keys have. */
  QueryKeyNorm queryKeyNorm() {
    return QueryKeyNorm.NONE;
  }

  /** Whether queries, keys and values have a bias. */
  boolean queryKeyValueBias(JsonFile config) throws UnusableModelException {
    return config.flag("attention_bias", false);
  }

  /** Whether the attention's output has a bias. */
  boolean outputBias(JsonFile config) throws UnusableModelException {
    return config.flag("attention_bias", false);
  }

  /** Whether the embedding is the head too where the config does not say. */
  boolean tiedByDefault() {
    return false;
  }

  /** Whether a layer turns queries and keys by their positions. */
  boolean rotary(JsonFile config, int layer) throws UnusableModelException {
    return true;
  }

  /** Whether a layer sees a window where the config lists no types of layers. */
  boolean windowed(JsonFile config, int layer) throws UnusableModelException {
    return false;
  }

  /** Whether one rope scaling holds for layers with a window too. */
  boolean scalesRopeInWindows() {
    return true;
  }

  private static boolean windowedAbove(JsonFile config, int layer) throws UnusableModelException {
    return config.flag("use_sliding_window", false)
        && layer >= config.count("max_window_layers", DEFAULT_MAX_WINDOW_LAYERS);
  }
}
