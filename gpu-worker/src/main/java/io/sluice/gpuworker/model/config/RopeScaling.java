package io.sluice.gpuworker.model.config;

import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.util.Set;

/**
 * How rotary frequencies are changed so that a model reads texts longer than those of its
 * pre-training. The plain frequency of pair i is {@code theta^(-2i / head size)}.
 */
public sealed interface RopeScaling {
  /** The kinds that {@link #read} knows. */
  Set<String> TYPES = Set.of("default", "llama3", "yarn");

  /**
   * The frequencies of all pairs of a head, in radians a position.
   *
   * @param headSize values a head, even
   * @param theta base of the plain frequencies
   * @return {@code headSize / 2} values, falling
   */
  double[] frequencies(int headSize, double theta);

  /** What cosines and sines are multiplied by. */
  double magnitude();

  /**
   * Reads the scaling that a config's rope parameters describe.
   *
   * @param parameters {@code rope_parameters} or {@code rope_scaling}
   * @param maxPositions {@code max_position_embeddings}, the default of the pre-trained length
   * @throws UnusableModelException when the kind is not known or a parameter is missing
   */
  static RopeScaling read(JsonFile parameters, int maxPositions) throws UnusableModelException {
    String type = parameters.text("rope_type", parameters.text("type", "default"));
    parameters.requireOneOf("rope_type", type, TYPES);
    if (type.equals("default")) {
      return new None();
    }
    int original = parameters.count("original_max_position_embeddings", maxPositions);
    double factor = parameters.number("factor");
    return type.equals("llama3")
        ? new Llama3(
            factor,
            parameters.number("low_freq_factor"),
            parameters.number("high_freq_factor"),
            original)
        : Yarn.read(parameters, factor, original);
  }

  private static double[] plain(int headSize, double theta) {
    double[] frequencies = new double[headSize / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = Math.pow(theta, -2.0 * i / headSize);
    }
    return frequencies;
  }

  /** Frequencies as they are. */
  record None() implements RopeScaling {
    @Override
    public double[] frequencies(int headSize, double theta) {
      return plain(headSize, theta);
    }

    @Override
    public double magnitude() {
      return 1;
    }
  }

  /**
   * Llama 3.1's (Grattafiori et al. 2024): waves longer than {@code original / low} are slowed by
   * the factor, those shorter than {@code original / high} stay, those between are blended.
   *
   * @param factor how much longer texts become
   * @param low turns within the pre-trained length below which a wave counts as long
   * @param high turns above which it counts as short
   * @param original the pre-trained length, in tokens
   */
  record Llama3(double factor, double low, double high, int original) implements RopeScaling {
    @Override
    public double[] frequencies(int headSize, double theta) {
      double[] frequencies = plain(headSize, theta);
      for (int i = 0; i < frequencies.length; i++) {
        double turns = original * frequencies[i] / (2 * Math.PI);
        double kept = Math.min(1, Math.max(0, (turns - low) / (high - low)));
        frequencies[i] *= kept + (1 - kept) / factor;
      }
      return frequencies;
    }

    @Override
    public double magnitude() {
      return 1;
    }
  }

  /**
   * YaRN (Peng et al., ICLR 2024): slow pairs are slowed by the factor, fast ones stay, those
   * between are blended along a ramp over the pairs' numbers.
   *
   * @param factor how much longer texts become
   * @param fast turns within the pre-trained length from which on a pair stays as it is
   * @param slow turns below which a pair is slowed in full
   * @param wholePairs whether the ramp begins and ends at whole pair numbers
   * @param original the pre-trained length, in tokens
   * @param magnitude what keeps the attention's temperature
   */
  record Yarn(
      double factor, double fast, double slow, boolean wholePairs, int original, double magnitude)
      implements RopeScaling {
    private static final double FAST = 32;
    private static final double SLOW = 1;

    /** A ramp of no length would divide by zero. */
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
      double begin = pairWithTurns(fast, headSize, theta);
      double end = pairWithTurns(slow, headSize, theta);
      if (wholePairs) {
        begin = Math.floor(begin);
        end = Math.ceil(end);
      }
      begin = Math.max(begin, 0);
      double ramp = Math.max(Math.min(end, headSize - 1) - begin, SHORTEST_RAMP);
      double[] frequencies = plain(headSize, theta);
      for (int i = 0; i < frequencies.length; i++) {
        double slowed = Math.min(1, Math.max(0, (i - begin) / ramp));
        frequencies[i] *= 1 - slowed + slowed / factor;
      }
      return frequencies;
    }

    /** The number, with a fraction, of the pair that turns so often within the trained length. */
    private double pairWithTurns(double turns, int headSize, double theta) {
      return headSize * Math.log(original / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
    }
  }
}
