package io.sluice.gpuworker.model.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Reads the {@link LayerAttention} of each layer, as written by transformers 5 or earlier. */
final class LayerAttentions {
  private static final String FULL = "full_attention";
  private static final String SLIDING = "sliding_attention";
  private static final double DEFAULT_THETA = 10_000;

  private final JsonFile config;
  private final Architecture architecture;

  private LayerAttentions(JsonFile config, Architecture architecture) {
    this.config = config;
    this.architecture = architecture;
  }

  /**
   * Reads the attention settings of all layers, in order.
   *
   * @throws UnusableModelException when a layer's attention type or position embedding is not
   *     supported
   */
  static List<LayerAttention> read(JsonFile config, Architecture architecture, int layers)
      throws UnusableModelException {
    LayerAttentions reader = new LayerAttentions(config, architecture);
    List<LayerAttention> attentions = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      attentions.add(reader.layer(layer));
    }
    return attentions;
  }

  private LayerAttention layer(int layer) throws UnusableModelException {
    String type = type(layer);
    boolean window =
        type.equals(SLIDING)
            && config.field("sliding_window").isPresent()
            && config.flag("use_sliding_window", true);
    return new LayerAttention(
        architecture.rotary(config, layer) ? Optional.of(rope(type)) : Optional.empty(),
        window ? OptionalInt.of(config.count("sliding_window")) : OptionalInt.empty());
  }

  private String type(int layer) throws UnusableModelException {
    Optional<JsonNode> listed = config.item("layer_types", layer);
    if (listed.isEmpty()) {
      return architecture.windowed(config, layer) ? SLIDING : FULL;
    }
    String type = listed.get().asText();
    config.requireOneOf("layer_types", type, Set.of(FULL, SLIDING));
    return type;
  }

  /** Transformers 5 can nest separate parameters for each layer type in an object of that name. */
  private RopeConfig rope(String type) throws UnusableModelException {
    Optional<JsonFile> all =
        config.object("rope_parameters").or(() -> config.object("rope_scaling"));
    Optional<JsonFile> ofType = all.flatMap(parameters -> parameters.object(type));
    boolean scaled = ofType.isPresent() || type.equals(FULL) || architecture.scalesRopeInWindows();
    JsonFile parameters = ofType.or(() -> all).orElse(config);
    for (JsonFile holder : List.of(parameters, config)) {
      double share = holder.number("partial_rotary_factor", 1);
      holder.requireOneOf("partial_rotary_factor", Double.toString(share), Set.of("1.0"));
    }
    return new RopeConfig(
        parameters.number("rope_theta", config.number("rope_theta", DEFAULT_THETA)),
        scaled
            ? RopeScaling.read(parameters, config.count("max_position_embeddings", 1))
            : new RopeScaling.None());
  }
}
