package io.sluice.gpuworker.model.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * How the frequencies of the rotary position embedding are changed so that a model can read longer
 * texts than in pre-training. The rotated values of a head are pairs; the unscaled frequency of
 * pair i is {@code theta^(-2i / width)}, with the number of rotated values as the width.
 */
public sealed interface RopeScaling {
  /** The name of {@code longrope} before its publication. */
  String LONGROPE_BEFORE = "su";

  /** The values of {@code rope_type} that {@link #read} supports, and the parameters of each. */
  Map<String, Set<String>> TYPES =
      Map.of(
          "default",
          Set.of(),
          "linear",
          Set.of("factor"),
          "dynamic",
          Set.of("factor"),
          "llama3",
          Set.of("factor", "low_freq_factor", "high_freq_factor"),
          "longrope",
          Set.of("factor", "attention_factor", "short_factor", "long_factor"),
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
   * The frequencies of all pairs of the rotated values of a head, in radians per position.
   *
   * @param width the number of rotated values per head; if odd, the last pair has one of the next
   *     width
   * @param theta the base of the unscaled frequencies
   * @return half of {@code width} values, rounded up
   */
  double[] frequencies(int width, double theta);

  /** The factor by which cosines and sines are multiplied. */
  default double magnitude() {
    return 1;
  }

  /** The longest text, in tokens, for which {@link #frequencies} holds. */
  default int longest() {
    return Integer.MAX_VALUE;
  }

  /**
   * The frequencies for longer texts than {@link #longest}, like {@link #frequencies}; empty if
   * longer texts are not supported.
   */
  default Optional<double[]> frequenciesBeyond(int width, double theta) {
    return Optional.empty();
  }

  /**
   * Reads the scaling from the RoPE parameters of a config.
   *
   * @param parameters {@code rope_parameters} or {@code rope_scaling}
   * @param where the name of the parameters' object, for messages
   * @param supported the values of {@code rope_type} that the architecture supports
   * @param original the default of {@code original_max_position_embeddings}, which is asked for if
   *     the scaling depends on it
   * @param longest the number of positions of the model ({@code max_position_embeddings}); empty if
   *     the config does not specify it
   * @throws UnusableModelException when the type is not supported, or a parameter is missing or
   *     invalid
   */
  static RopeScaling read(
      JsonFile parameters,
      String where,
      Set<String> supported,
      Original original,
      OptionalInt longest)
      throws UnusableModelException {
    String given = parameters.text("rope_type", parameters.text("type", "default"));
    parameters.requireOneOf("rope_type", given, supported);
    if (!parameters.text("type", given).equals(given)) {
      throw parameters.unusable(
          where + ".type is " + parameters.text("type", given) + ", but rope_type is " + given,
          "keep what the model was trained with");
    }
    String type = given.equals(LONGROPE_BEFORE) ? "longrope" : given;
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
    if (type.equals("longrope")) {
      return LongRope.read(parameters, where, original.in(parameters), longest);
    }
    double factor = parameters.number("factor");
    if (!(factor >= 1)) {
      throw parameters.unusable(
          where + ".factor is " + factor + ", not at least 1", "get an intact copy of the file");
    }
    return switch (type) {
      case "linear" -> new Linear(factor);
      case "dynamic" -> new Dynamic(required(parameters, longest));
      case "llama3" -> Llama3.read(parameters, where, factor, original.in(parameters));
      default -> Yarn.read(parameters, factor, original.in(parameters));
    };
  }

  /** Finds out the length of texts in pre-training, in tokens. */
  @FunctionalInterface
  interface Original {
    /**
     * What holds for an object with parameters.
     *
     * @throws UnusableModelException when the config does not say
     */
    int in(JsonFile parameters) throws UnusableModelException;
  }

  private static int required(JsonFile parameters, OptionalInt longest)
      throws UnusableModelException {
    return longest.orElseThrow(
        () ->
            new UnusableModelException(
                parameters.path()
                    + " has no max_position_embeddings, which its rope_type depends on: get an intact"
                    + " copy of the file"));
  }

  private static double[] unscaled(int width, double theta) {
    double[] frequencies = new double[(width + 1) / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = Math.pow(theta, -2.0 * i / width);
    }
    return frequencies;
  }

  /** Leaves the frequencies unscaled. */
  record None() implements RopeScaling {
    @Override
    public double[] frequencies(int width, double theta) {
      return unscaled(width, theta);
    }
  }

  /**
   * Divides all frequencies by a factor (position interpolation, Chen et al. 2023).
   *
   * @param factor the ratio of the new length to the pre-trained length
   */
  record Linear(double factor) implements RopeScaling {
    @Override
    public double[] frequencies(int width, double theta) {
      double[] frequencies = unscaled(width, theta);
      for (int i = 0; i < frequencies.length; i++) {
        frequencies[i] /= factor;
      }
      return frequencies;
    }
  }

  /**
   * Scaling by the length of each text (dynamic NTK), which changes nothing up to the length of
   * texts in pre-training. Beyond it, what transformers computes depends on the texts that it
   * computed before, so longer texts are not supported.
   *
   * @param longest the length of texts in pre-training, in tokens
   */
  record Dynamic(int longest) implements RopeScaling {
    @Override
    public double[] frequencies(int width, double theta) {
      return unscaled(width, theta);
    }
  }

  /**
   * LongRoPE (Ding et al., ICML 2024). Each frequency is divided by a factor of its own, which is
   * another one in texts that are longer than those of pre-training.
   *
   * @param shortFactors one factor per pair, for texts of at most {@code longest} tokens
   * @param longFactors one factor per pair, for longer texts
   * @param longest the length of texts in pre-training, in tokens
   * @param magnitude the factor for cosines and sines
   */
  record LongRope(
      List<Double> shortFactors, List<Double> longFactors, int longest, double magnitude)
      implements RopeScaling {
    private static final String SHORT = "short_factor";
    private static final String LONG = "long_factor";

    /** Takes unmodifiable copies of the lists. */
    public LongRope {
      shortFactors = List.copyOf(shortFactors);
      longFactors = List.copyOf(longFactors);
    }

    private static LongRope read(
        JsonFile parameters, String where, int original, OptionalInt longest)
        throws UnusableModelException {
      return new LongRope(
          factors(parameters, where, SHORT),
          factors(parameters, where, LONG),
          original,
          parameters.field("attention_factor").isPresent()
              ? parameters.number("attention_factor")
              : magnitude(parameters, original, longest));
    }

    private static double magnitude(JsonFile parameters, int original, OptionalInt longest)
        throws UnusableModelException {
      double factor =
          parameters.field("factor").isPresent()
              ? parameters.number("factor")
              : required(parameters, longest) / (double) original;
      return factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
    }

    private static List<Double> factors(JsonFile parameters, String where, String name)
        throws UnusableModelException {
      List<Double> factors = new ArrayList<>();
      for (JsonNode factor : parameters.root().path(name)) {
        factors.add(factor.isNumber() ? factor.doubleValue() : 0);
      }
      if (factors.isEmpty() || factors.stream().anyMatch(factor -> !(factor > 0))) {
        throw parameters.unusable(
            where + "." + name + " is not a list of numbers greater than 0",
            "get an intact copy of the file");
      }
      return factors;
    }

    @Override
    public double[] frequencies(int width, double theta) {
      return divided(unscaled(width, theta), shortFactors, SHORT);
    }

    @Override
    public Optional<double[]> frequenciesBeyond(int width, double theta) {
      return Optional.of(divided(unscaled(width, theta), longFactors, LONG));
    }

    private static double[] divided(double[] frequencies, List<Double> factors, String name) {
      if (factors.size() != frequencies.length) {
        throw new IllegalArgumentException(
            name
                + " has "
                + factors.size()
                + " numbers, but "
                + frequencies.length
                + " pairs of values are rotated");
      }
      for (int i = 0; i < frequencies.length; i++) {
        frequencies[i] /= factors.get(i);
      }
      return frequencies;
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
    public double[] frequencies(int width, double theta) {
      double[] frequencies = unscaled(width, theta);
      for (int i = 0; i < frequencies.length; i++) {
        double rotations = original * frequencies[i] / (2 * Math.PI);
        double unscaledShare = Math.min(1, Math.max(0, (rotations - low) / (high - low)));
        frequencies[i] *= unscaledShare + (1 - unscaledShare) / factor;
      }
      return frequencies;
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

    /** The width of a ramp that begins and ends at the same index, where a division needs one. */
    private static final double SHORTEST_RAMP = 1e-3;

    private static Yarn read(JsonFile parameters, double factor, int original)
        throws UnusableModelException {
      return new Yarn(
          factor,
          orDefault(parameters.number("beta_fast", FAST), FAST),
          orDefault(parameters.number("beta_slow", SLOW), SLOW),
          parameters.flag("truncate", true),
          original,
          parameters.number("attention_factor", magnitude(parameters, factor)));
    }

    /** As in transformers, 0 stands for the default. */
    private static double orDefault(double rotations, double byDefault) {
      return rotations == 0 ? byDefault : rotations;
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
    public double[] frequencies(int width, double theta) {
      double begin = pairIndex(fast, width, theta);
      double end = pairIndex(slow, width, theta);
      if (wholePairs) {
        begin = Math.floor(begin);
        end = Math.ceil(end);
      }
      begin = Math.max(begin, 0);
      end = Math.min(end, width - 1);
      // Settings under which the ramp ends before it begins are computed as in transformers.
      double ramp = end == begin ? SHORTEST_RAMP : end - begin;
      double[] frequencies = unscaled(width, theta);
      for (int i = 0; i < frequencies.length; i++) {
        double share = Math.min(1, Math.max(0, (i - begin) / ramp));
        frequencies[i] *= 1 - share + share / factor;
      }
      return frequencies;
    }

    /** The fractional index of the pair with this many rotations within the pre-trained length. */
    private double pairIndex(double rotations, int width, double theta) {
      return width * Math.log(original / (rotations * 2 * Math.PI)) / (2 * Math.log(theta));
    }
  }
}
