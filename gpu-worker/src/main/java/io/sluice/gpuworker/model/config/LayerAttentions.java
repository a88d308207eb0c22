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
  private static final String TYPES = "layer_types";
  private static final String FULL = "full_attention";
  private static final String SLIDING = "sliding_attention";

  private final JsonFile config;
  private final Architecture architecture;
  private final OptionalInt window;

  private LayerAttentions(JsonFile config, Architecture architecture)
      throws UnusableModelException {
    this.config = config;
    this.architecture = architecture;
    window = architecture.window(config);
  }

  /**
   * Reads the attention settings of all layers, in order.
   *
   * @throws UnusableModelException when a layer's attention type or position embedding is not
   *     supported, or settings contradict each other
   */
  static List<LayerAttention> read(JsonFile config, Architecture architecture, int layers)
      throws UnusableModelException {
    int types = config.field(TYPES).map(JsonNode::size).orElse(layers);
    if (types > layers) {
      throw config.unusable(
          TYPES + " has " + types + " entries, but num_hidden_layers is " + layers,
          "use the config.json that belongs to the weights");
    }
    LayerAttentions reader = new LayerAttentions(config, architecture);
    List<LayerAttention> attentions = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      attentions.add(reader.layer(layer));
    }
    return attentions;
  }

  private LayerAttention layer(int layer) throws UnusableModelException {
    boolean sliding = type(layer).equals(SLIDING);
    return new LayerAttention(
        architecture.rotary(config, layer)
            ? Optional.of(RopeSettings.read(config, architecture, sliding ? SLIDING : FULL))
            : Optional.empty(),
        sliding ? window : OptionalInt.empty());
  }

  private String type(int layer) throws UnusableModelException {
    String own = window.isPresent() && architecture.windowed(config, layer) ? SLIDING : FULL;
    Optional<JsonNode> listed = config.item(TYPES, layer);
    if (listed.isEmpty()) {
      return own;
    }
    String type = listed.get().asText();
    config.requireOneOf(TYPES, type, Set.of(FULL, SLIDING));
    if (type.equals(SLIDING) && window.isEmpty()) {
      throw config.unusable(
          TYPES + " names sliding_attention, but the other settings give no sliding_window",
          "use the config.json with which the model was trained");
    }
    if (!architecture.readsLayerTypes() && !type.equals(own)) {
      throw config.unusable(
          TYPES + " names " + type + " where this architecture has " + own,
          "use the config.json with which the model was trained");
    }
    return type;
  }
}
