package io.sluice.gpuworker.model.config;

import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.util.Map;
import java.util.Set;

/**
 * How the frequencies of the rotary position embedding are changed so that a model can read longer
 * texts than in pre-training. Each head consists of pairs of values; the unscaled frequency of pair
 * i is {@code theta^(-2i / head size)}.
 */
public sealed interface RopeScaling {
  /** The values of {@code rope_type} that {@link #read} supports, and the parameters of each. */
  Map<String, Set<String>> TYPES =
      Map.of(
          "default",
          Set.of(),
          "llama3",
          Set.of("factor", "low_freq_factor", "high_freq_factor"),
          "yarn",
          Set.of(
              "factor",
              "attention_factor",
              "beta_fast",
              "beta_slow",
              "mscale",
              "mscale_all_dim",
              "truncate"));

  /**
   * The frequencies of all pairs of a head, in radians per position.
   *
   * @param headSize the number of values per head; even
   * @param theta the base of the unscaled frequencies
   * @return {@code headSize / 2} values in descending order
   */
  double[] frequencies(int headSize, double theta);

  /** The factor by which cosines and sines are multiplied. */
  double magnitude();

  /**
   * Reads the scaling from the RoPE parameters of a config.
   *
   * @param parameters {@code rope_parameters} or {@code rope_scaling}
   * @param where the name of the parameters' object, for messages
   * @param maxPositions the default of {@code original_max_position_embeddings}
   * @throws UnusableModelException when the type is not supported, or a parameter is missing or
   *     invalid
   */
  static RopeScaling read(JsonFile parameters, String where, int maxPositions)
      throws UnusableModelException {
    String type = parameters.text("rope_type", parameters.text("type", "default"));
    parameters.requireOneOf("rope_type", type, TYPES.keySet());
    if (!parameters.text("type", type).equals(type)) {
      throw parameters.unusable(
          where + ".type is " + parameters.text("type", type) + ", but rope_type is " + type,
          "keep what the model was trained with");
    }
    for (Map.Entry<String, Set<String>> other : TYPES.entrySet()) {
      for (String name : other.getValue()) {
        if (parameters.field(name).isPresent() && !TYPES.get(type).contains(name)) {
          throw parameters.unusable(
              where + "." + name + " has no meaning with rope_type " + type,
              "keep what the model was trained with");
        }
      }
    }
    if (type.equals("default")) {
      return new None();
    }
    int original = parameters.count("original_max_position_embeddings", maxPositions);
    double factor = parameters.number("factor");
    if (!(factor >= 1)) {
      throw parameters.unusable(
          where + ".factor is " + factor + ", not at least 1", "get an intact copy of the file");
    }
    return type.equals("llama3")
        ? Llama3.read(parameters, where, factor, original)
        : Yarn.read(parameters, factor, original);
  }

  private static double[] unscaled(int headSize, double theta) {
    double[] frequencies = new double[headSize / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = Math.pow(theta, -2.0 * i / headSize);
    }
    return frequencies;
  }

  /** Leaves the frequencies unscaled. */
  record None() implements RopeScaling {
    @Override
    public double[] frequencies(int headSize, double theta) {
      return unscaled(headSize, theta);
    }

    @Override
    public double magnitude() {
      return 1;
    }
  }

  /**
   * The scaling of Llama 3.1 (Grattafiori et al. 2024). Frequencies whose wavelength exceeds {@code
   * original / low} are divided by the factor, those whose wavelength is below {@code original /
   * high} are unchanged, and those in between are interpolated.
   *
   * @param factor the ratio of the new length to the pre-trained length
   * @param low the number of rotations within the pre-trained length up to which a frequency is
   *     divided by the full factor
   * @param high the number of rotations from which a frequency is unchanged
   * @param original the length of texts in pre-training, in tokens
   */
  record Llama3(double factor, double low, double high, int original) implements RopeScaling {
    private static Llama3 read(JsonFile parameters, String where, double factor, int original)
        throws UnusableModelException {
      double low = parameters.number("low_freq_factor");
      double high = parameters.number("high_freq_factor");
      if (!(low > 0 && high > low)) {
        throw parameters.unusable(
            where
                + ".high_freq_factor is not greater than low_freq_factor, or that is not positive",
            "get an intact copy of the file");
      }
      return new Llama3(factor, low, high, original);
    }

    @Override
    public double[] frequencies(int headSize, double theta) {
      double[] frequencies = unscaled(headSize, theta);
      for (int i = 0; i < frequencies.length; i++) {
        double rotations = original * frequencies[i] / (2 * Math.PI);
        double unscaledShare = Math.min(1, Math.max(0, (rotations - low) / (high - low)));
        frequencies[i] *= unscaledShare + (1 - unscaledShare) / factor;
      }
      return frequencies;
    }

    @Override
    public double magnitude() {
      return 1;
    }
  }

  /**
   * YaRN (Peng et al., ICLR 2024). Low frequencies are divided by the factor, high frequencies are
   * unchanged, and those in between are interpolated along a ramp that is linear in the index of
   * the pair.
   *
   * @param factor the ratio of the new length to the pre-trained length
   * @param fast the number of rotations within the pre-trained length ({@code beta_fast}) from
   *     which a frequency is unchanged
   * @param slow the number of rotations ({@code beta_slow}) up to which a frequency is divided by
   *     the full factor
   * @param wholePairs whether the ends of the ramp are rounded to whole indices ({@code truncate})
   * @param original the length of texts in pre-training, in tokens
   * @param magnitude the factor for cosines and sines, which adjusts the temperature of the
   *     attention
   */
  record Yarn(
      double factor, double fast, double slow, boolean wholePairs, int original, double magnitude)
      implements RopeScaling {
    private static final double FAST = 32;
    private static final double SLOW = 1;

    /** Prevents a division by zero when the ramp begins and ends at the same index. */
    private static final double SHORTEST_RAMP = 1e-3;

    private static Yarn read(JsonFile parameters, double factor, int original)
        throws UnusableModelException {
      return new Yarn(
          factor,
          parameters.number("beta_fast", FAST),
          parameters.number("beta_slow", SLOW),
          parameters.flag("truncate", true),
          original,
          parameters.number("attention_factor", magnitude(parameters, factor)));
    }

    private static double magnitude(JsonFile parameters, double factor)
        throws UnusableModelException {
      double one = parameters.number("mscale", 0);
      double all = parameters.number("mscale_all_dim", 0);
      return one == 0 || all == 0
          ? temperature(factor, 1)
          : temperature(factor, one) / temperature(factor, all);
    }

    private static double temperature(double factor, double scale) {
      return factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1;
    }

    @Override
    public double[] frequencies(int headSize, double theta) {
      double begin = pairIndex(fast, headSize, theta);
      double end = pairIndex(slow, headSize, theta);
      if (wholePairs) {
        begin = Math.floor(begin);
        end = Math.ceil(end);
      }
      begin = Math.max(begin, 0);
      double ramp = Math.max(Math.min(end, headSize - 1) - begin, SHORTEST_RAMP);
      double[] frequencies = unscaled(headSize, theta);
      for (int i = 0; i < frequencies.length; i++) {
        double share = Math.min(1, Math.max(0, (i - begin) / ramp));
        frequencies[i] *= 1 - share + share / factor;
      }
      return frequencies;
    }

    /** The fractional index of the pair with this many rotations within the pre-trained length. */
    private double pairIndex(double rotations, int headSize, double theta) {
      return headSize * Math.log(original / (rotations * 2 * Math.PI)) / (2 * Math.log(theta));
    }
  }
}
