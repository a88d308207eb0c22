package io.sluice.gpuworker.model.config;

import io.sluice.gpuworker.model.fields.ConfigFields;
import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

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
  private static final String POSITIONS = "max_position_embeddings";
  private static final String SHARE = "partial_rotary_factor";
  private static final List<String> LAYER_TYPES =
      Stream.of(LayerType.values()).map(LayerType::text).toList();
  private static final String REMEDY = "keep the one with which the model was trained";

  private final JsonFile config;
  private final Architecture architecture;
  private final Traits traits;
  private final LayerType layerType;
  private final int headSize;

  private RopeSettings(
      JsonFile config, Architecture architecture, LayerType layerType, int headSize) {
    this.config = config;
    this.architecture = architecture;
    this.layerType = layerType;
    this.headSize = headSize;
    traits = architecture.traits();
  }

  /**
   * Reads the settings.
   *
   * @param headSize the number of values per head
   * @throws UnusableModelException when a setting is not supported, invalid or contradicts another
   */
  static RopeConfig read(
      JsonFile config, Architecture architecture, LayerType layerType, int headSize)
      throws UnusableModelException {
    return new RopeSettings(config, architecture, layerType, headSize).read();
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
    return found.isEmpty() ? unscaled() : found.values().iterator().next();
  }

  /** What holds where no object has parameters for this type of layer. */
  private RopeConfig unscaled() throws UnusableModelException {
    return new RopeConfig(width(share(config, 1)), theta(), new RopeScaling.None());
  }

  private double theta() throws UnusableModelException {
    String field = traits.thetaField(layerType);
    double byDefault = traits.defaultTheta(layerType);
    double theta = Traits.positive(config, field, byDefault);
    if (sharesTheta() && theta != byDefault) {
      throw config.unusable(
          "%s is %s, which transformers applies to layers with full attention only: those with a window have %s"
              .formatted(field, config.root().get(field), byDefault),
          "write rope_parameters with a rope_theta for each type of layer");
    }
    return theta;
  }

  /** Whether one field has the base for types of layers that have parameters of their own. */
  private boolean sharesTheta() {
    return traits.separatesRope()
        && traits.thetaField(LayerType.FULL).equals(traits.thetaField(LayerType.SLIDING));
  }

  private RopeConfig from(String holder, JsonFile parameters) throws UnusableModelException {
    check(parameters, holder);
    boolean separate = LAYER_TYPES.stream().anyMatch(parameters.root()::has);
    boolean expected = traits.separatesRope() && holder.equals(PARAMETERS);
    if (separate != expected) {
      throw config.unusable(
          holder
              + (expected
                  ? " has common parameters, where this architecture has separate ones for each type of layer"
                  : " has parameters for each type of layer, where this architecture has common ones"),
          "use the config.json with which the model was trained");
    }
    if (!separate) {
      boolean applies = !traits.separatesRope() || layerType == LayerType.FULL;
      return applies ? scaled(holder, parameters) : unscaled();
    }
    for (String field : (Iterable<String>) parameters.root()::fieldNames) {
      if (!LAYER_TYPES.contains(field) && parameters.field(field).isPresent()) {
        throw config.unusable(
            holder + " has " + field + " beside parameters for each type of layer", REMEDY);
      }
    }
    JsonFile ofType =
        parameters
            .object(layerType.text())
            .orElseThrow(
                () ->
                    config.unusable(
                        holder + " has no parameters for " + layerType.text(),
                        "use the config.json with which the model was trained"));
    String where = holder + "." + layerType.text();
    check(ofType, where);
    return scaled(where, ofType);
  }

  private void check(JsonFile parameters, String where) throws UnusableModelException {
    ConfigFields.ROPE.of(architecture.modelType()).check(parameters, where + ".");
  }

  private RopeConfig scaled(String where, JsonFile parameters) throws UnusableModelException {
    requireSame(traits.thetaField(layerType), parameters, where, THETA);
    requireSame(ORIGINAL, parameters, where, ORIGINAL);
    requireSame(SHARE, parameters, where, SHARE);
    if (traits.separatesRope()) {
      refuseWhatSeparateParametersLose(parameters, where);
    }
    boolean hasTheta = parameters.field(THETA).isPresent();
    return new RopeConfig(
        width(share(parameters, share(config, 1))),
        hasTheta ? Traits.positive(parameters, THETA, 1) : theta(),
        RopeScaling.read(
            parameters, where, traits.ropeTypes(), each -> original(each, where), positions()));
  }

  /**
   * Refuses what transformers overlooks where types of layers have parameters of their own, so that
   * the model was not trained with it.
   */
  private void refuseWhatSeparateParametersLose(JsonFile parameters, String where)
      throws UnusableModelException {
    boolean converted = !where.startsWith(PARAMETERS);
    if (converted
        && parameters.field("type").isPresent()
        && parameters.field("rope_type").isEmpty()) {
      throw config.unusable(
          where + " has type without rope_type, which transformers ignores for this architecture",
          "write rope_type, or remove the object if the model was trained without scaling");
    }
    if (!parameters.flag("truncate", true)) {
      throw config.unusable(
          where + ".truncate is false, which transformers ignores for this architecture",
          "remove it if the model was trained with transformers");
    }
  }

  /** The length of texts in pre-training for an object with parameters. */
  private int original(JsonFile parameters, String where) throws UnusableModelException {
    if (traits.separatesRope()
        && config.field(ORIGINAL).isPresent()
        && parameters.field(ORIGINAL).isEmpty()) {
      throw config.unusable(
          "%s is outside of %s, where transformers ignores it for this architecture"
              .formatted(ORIGINAL, where),
          "write it into the object if the model was trained with it, and remove it otherwise");
    }
    OptionalInt byDefault = traits.defaultOriginalPositions();
    if (byDefault.isEmpty() || config.field(ORIGINAL).isPresent()) {
      return inParameters(parameters);
    }
    if (parameters.count(ORIGINAL, byDefault.getAsInt()) != byDefault.getAsInt()) {
      throw config.unusable(
          "%s.%s is %s, but %s outside of it is absent, and %d by default, which transformers prefers"
              .formatted(
                  where, ORIGINAL, parameters.root().get(ORIGINAL), ORIGINAL, byDefault.getAsInt()),
          "write the one with which the model was trained outside of it");
    }
    return byDefault.getAsInt();
  }

  private int inParameters(JsonFile parameters) throws UnusableModelException {
    if (parameters.field(ORIGINAL).isPresent()) {
      return parameters.count(ORIGINAL);
    }
    if (config.field(ORIGINAL).isPresent()) {
      return config.count(ORIGINAL);
    }
    return positions()
        .orElseThrow(
            () ->
                config.unusable(
                    "neither %s nor %s is given, and the rope_type depends on them"
                        .formatted(ORIGINAL, POSITIONS),
                    "get an intact copy of the file"));
  }

  private OptionalInt positions() throws UnusableModelException {
    return config.field(POSITIONS).isPresent()
        ? OptionalInt.of(config.count(POSITIONS))
        : OptionalInt.empty();
  }

  private static double share(JsonFile parameters, double orElse) throws UnusableModelException {
    return Traits.positive(parameters, SHARE, orElse);
  }

  /** The number of values of a head that are rotated, rounded down as in transformers. */
  private int width(double share) throws UnusableModelException {
    int width = (int) (headSize * share);
    if (width < 1 || width > headSize) {
      throw config.unusable(
          SHARE + " is " + share + ", so that " + width + " of " + headSize + " values are rotated",
          "get an intact copy of the file");
    }
    return width;
  }

  private void requireSame(String outside, JsonFile parameters, String where, String name)
      throws UnusableModelException {
    boolean both = config.field(outside).isPresent() && parameters.field(name).isPresent();
    if (both && config.number(outside) != parameters.number(name)) {
      throw config.unusable(
          "%s is %s, but %s.%s is %s"
              .formatted(
                  outside, config.root().get(outside), where, name, parameters.root().get(name)),
          REMEDY);
    }
  }
}
