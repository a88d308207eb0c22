package io.sluice.gpuworker.model.config;

import io.sluice.gpuworker.model.fields.ConfigFields;
import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the rotary position embedding of a type of layer. Transformers 5 writes {@code
 * rope_parameters}, which holds separate parameters for each type of layer if the architecture has
 * such; earlier versions write {@code rope_scaling} and {@code rope_theta}. A setting that is in
 * two places must have the same value in both.
 */
final class RopeSettings {
  private static final String THETA = "rope_theta";
  private static final String ORIGINAL = "original_max_position_embeddings";
  private static final String PARAMETERS = "rope_parameters";
  private static final List<String> HOLDERS = List.of(PARAMETERS, "rope_scaling");
  private static final String FULL = "full_attention";
  private static final List<String> LAYER_TYPES = List.of(FULL, "sliding_attention");
  private static final String REMEDY = "keep the one with which the model was trained";

  private final JsonFile config;
  private final Architecture architecture;
  private final String layerType;

  private RopeSettings(JsonFile config, Architecture architecture, String layerType) {
    this.config = config;
    this.architecture = architecture;
    this.layerType = layerType;
  }

  /**
   * Reads the settings.
   *
   * @param layerType {@code full_attention} or {@code sliding_attention}
   * @throws UnusableModelException when a setting is not supported, invalid or contradicts another
   */
  static RopeConfig read(JsonFile config, Architecture architecture, String layerType)
      throws UnusableModelException {
    return new RopeSettings(config, architecture, layerType).read();
  }

  private RopeConfig read() throws UnusableModelException {
    Map<String, RopeConfig> found = new LinkedHashMap<>();
    for (String holder : HOLDERS) {
      Optional<JsonFile> parameters = config.object(holder);
      if (parameters.isPresent() && !parameters.get().root().isEmpty()) {
        found.put(holder, from(holder, parameters.get()));
      }
    }
    if (found.size() == HOLDERS.size() && Set.copyOf(found.values()).size() > 1) {
      throw config.unusable(
          String.join(" and ", found.keySet()) + " contradict each other", REMEDY);
    }
    return found.values().stream()
        .findFirst()
        .orElse(
            new RopeConfig(
                positive(config, THETA, architecture.defaultTheta()), new RopeScaling.None()));
  }

  private RopeConfig from(String holder, JsonFile parameters) throws UnusableModelException {
    ConfigFields.ROPE.check(parameters, holder + ".");
    boolean separate = LAYER_TYPES.stream().anyMatch(parameters.root()::has);
    boolean expected = architecture.separatesRope() && holder.equals(PARAMETERS);
    if (separate != expected) {
      throw config.unusable(
          holder
              + (expected
                  ? " has common parameters, where this architecture has separate ones for each type of layer"
                  : " has parameters for each type of layer, where this architecture has common ones"),
          "use the config.json with which the model was trained");
    }
    if (!separate) {
      return from(holder, parameters, !architecture.separatesRope() || layerType.equals(FULL));
    }
    for (String field : (Iterable<String>) parameters.root()::fieldNames) {
      if (!LAYER_TYPES.contains(field) && parameters.field(field).isPresent()) {
        throw config.unusable(
            holder + " has " + field + " beside parameters for each type of layer", REMEDY);
      }
    }
    JsonFile ofType =
        parameters
            .object(layerType)
            .orElseThrow(
                () ->
                    config.unusable(
                        holder + " has no parameters for " + layerType,
                        "use the config.json with which the model was trained"));
    String where = holder + "." + layerType;
    ConfigFields.ROPE.check(ofType, where + ".");
    return from(where, ofType, true);
  }

  private RopeConfig from(String where, JsonFile parameters, boolean applies)
      throws UnusableModelException {
    requireSame(parameters, where, THETA);
    requireSame(parameters, where, ORIGINAL);
    double theta =
        positive(parameters, THETA, positive(config, THETA, architecture.defaultTheta()));
    int original = config.count(ORIGINAL, config.count("max_position_embeddings", 1));
    RopeScaling scaling = RopeScaling.read(parameters, where, original);
    return new RopeConfig(theta, applies ? scaling : new RopeScaling.None());
  }

  private void requireSame(JsonFile parameters, String where, String name)
      throws UnusableModelException {
    boolean both = config.field(name).isPresent() && parameters.field(name).isPresent();
    if (both && config.number(name) != parameters.number(name)) {
      throw config.unusable(
          "%s is %s, but %s.%s is %s"
              .formatted(name, config.root().get(name), where, name, parameters.root().get(name)),
          REMEDY);
    }
  }

  private static double positive(JsonFile parameters, String name, double orElse)
      throws UnusableModelException {
    double value = parameters.number(name, orElse);
    if (!(value > 0)) {
      throw parameters.unusable(
          name + " is " + value + ", not greater than 0", "get an intact copy of the file");
    }
    return value;
  }
}
