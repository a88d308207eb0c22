package io.sluice.gpuworker.model.config;

import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What distinguishes an architecture from the others. The defaults are what most of them have in
 * common with Llama. Methods with a config throw an {@link UnusableModelException} when its
 * settings contradict each other or the architecture.
 */
interface Traits {
  /** The name of the architecture in the names of the classes of transformers, in any case. */
  String className();

  /** The names of the linear layers in a decoder layer that LoRA adapts by default. */
  default Set<String> defaultTargets() {
    return Set.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");
  }

  /** Which norms a layer has, and what they are called in the weights. */
  default Norms norms() {
    return Norms.BEFORE_BLOCKS;
  }

  /** How queries and keys are normalised. */
  default QueryKeyNorm queryKeyNorm() {
    return QueryKeyNorm.NONE;
  }

  /**
   * Whether one linear layer computes queries, keys and values, and one layer both inner parts of
   * the feed-forward block.
   */
  default boolean packed() {
    return false;
  }

  /** Whether the projections to queries, keys and values have a bias. */
  default boolean queryKeyValueBias(JsonFile config) throws UnusableModelException {
    return attentionBias(config);
  }

  /** Whether the attention's output projection has a bias. */
  default boolean attentionBias(JsonFile config) throws UnusableModelException {
    return config.flag("attention_bias", false);
  }

  /** Whether the feed-forward block's linear layers have a bias. */
  default boolean feedForwardBias(JsonFile config) throws UnusableModelException {
    return without(config, "mlp_bias");
  }

  /** The activation of the feed-forward block. */
  default Activation activation(JsonFile config) throws UnusableModelException {
    return Activation.read(config, "hidden_act", "silu");
  }

  /** The constant factors and limits. */
  default Scales scales(JsonFile config, int hidden, int headSize) throws UnusableModelException {
    return Scales.plain(headSize);
  }

  /** The probability with which training would drop the blocks' outputs; 0 to 1. */
  default double residualDropout(JsonFile config) throws UnusableModelException {
    return 0;
  }

  /** The values of {@code rope_type} with which a model of this architecture can be made. */
  default Set<String> ropeTypes() {
    return RopeScaling.TYPES.keySet();
  }

  /** The field of {@code config.json} with the base of the rotary frequencies. */
  default String thetaField(LayerType type) {
    return "rope_theta";
  }

  /** The base of the rotary frequencies if the config has none. */
  default double defaultTheta(LayerType type) {
    return 10_000;
  }

  /** The length of texts in pre-training if the config does not specify it beside the others. */
  default OptionalInt defaultOriginalPositions() {
    return OptionalInt.empty();
  }

  /**
   * Whether layers with a window have a position embedding of their own: {@code rope_parameters}
   * holds one for each type of layer, and {@code rope_scaling} does not apply to windows.
   */
  default boolean separatesRope() {
    return false;
  }

  /** The size of the sliding window, in positions; empty if no layer has one. */
  default OptionalInt window(JsonFile config) throws UnusableModelException {
    return OptionalInt.empty();
  }

  /** Whether {@code layer_types} decides which layers have a window, or the architecture does. */
  default boolean readsLayerTypes() {
    return true;
  }

  /**
   * Whether a layer has a sliding window, if the model has a window and {@code layer_types} does
   * not decide.
   */
  default boolean windowed(JsonFile config, int layer) throws UnusableModelException {
    return false;
  }

  /** Whether a layer, counted from 0, applies the rotary position embedding. */
  default boolean rotary(JsonFile config, int layer) throws UnusableModelException {
    return true;
  }

  /** The padding token if the config does not have the field; empty for none. */
  default OptionalInt defaultPadding() {
    return OptionalInt.empty();
  }

  /** Whether embedding and head share their weights if the config has no such field. */
  default boolean tiedByDefault() {
    return false;
  }

  /** Requires that a setting is off, because the architecture has no such biases. */
  static boolean without(JsonFile config, String setting) throws UnusableModelException {
    if (config.flag(setting, false)) {
      throw config.unusable(
          setting + " is true, but this architecture has no such biases",
          "use the config.json that belongs to the weights");
    }
    return false;
  }

  /** Reads a number that must be greater than 0. */
  static double positive(JsonFile object, String name, double orElse)
      throws UnusableModelException {
    double value = object.number(name, orElse);
    if (!(value > 0)) {
      throw object.unusable(
          name + " is " + value + ", not greater than 0", "get an intact copy of the file");
    }
    return value;
  }
}
