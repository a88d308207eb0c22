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

  private final JsonFile config;
  private final Architecture architecture;
  private final Traits traits;
  private final int headSize;
  private final OptionalInt window;

  private LayerAttentions(JsonFile config, Architecture architecture, int headSize)
      throws UnusableModelException {
    this.config = config;
    this.architecture = architecture;
    this.headSize = headSize;
    traits = architecture.traits();
    window = traits.window(config);
  }

  /**
   * Reads the attention settings of all layers, in order.
   *
   * @throws UnusableModelException when a layer's attention type or position embedding is not
   *     supported, or settings contradict each other
   */
  static List<LayerAttention> read(
      JsonFile config, Architecture architecture, int layers, int headSize)
      throws UnusableModelException {
    int types = config.field(TYPES).map(JsonNode::size).orElse(layers);
    if (types > layers) {
      throw config.unusable(
          TYPES + " has " + types + " entries, but num_hidden_layers is " + layers,
          "use the config.json that belongs to the weights");
    }
    LayerAttentions reader = new LayerAttentions(config, architecture, headSize);
    List<LayerAttention> attentions = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      attentions.add(reader.layer(layer));
    }
    return attentions;
  }

  private LayerAttention layer(int layer) throws UnusableModelException {
    LayerType type = type(layer);
    return new LayerAttention(
        traits.rotary(config, layer)
            ? Optional.of(RopeSettings.read(config, architecture, type, headSize))
            : Optional.empty(),
        type == LayerType.SLIDING ? window : OptionalInt.empty());
  }

  private LayerType type(int layer) throws UnusableModelException {
    LayerType own =
        window.isPresent() && traits.windowed(config, layer) ? LayerType.SLIDING : LayerType.FULL;
    Optional<JsonNode> listed = config.item(TYPES, layer);
    if (listed.isEmpty()) {
      return own;
    }
    String name = listed.get().asText();
    config.requireOneOf(TYPES, name, Set.of(LayerType.FULL.text(), LayerType.SLIDING.text()));
    LayerType type = name.equals(LayerType.FULL.text()) ? LayerType.FULL : LayerType.SLIDING;
    if (type == LayerType.SLIDING && window.isEmpty()) {
      throw config.unusable(
          TYPES + " names sliding_attention, but the other settings give no sliding_window",
          "use the config.json with which the model was trained");
    }
    if (!traits.readsLayerTypes() && type != own) {
      throw config.unusable(
          TYPES + " names " + name + " where this architecture has " + own.text(),
          "use the config.json with which the model was trained");
    }
    return type;
  }
}
