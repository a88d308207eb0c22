package io.sluice.gpuworker.representation;

import java.util.Arrays;
import java.util.List;

/** How the hidden states of an example's tokens become one vector. */
public enum StatePooling {
  /** The weight of a token is its position, counted from 1 (RDS+; Ivison et al. 2025). */
  WEIGHTED_MEAN("weighted-mean") {
    @Override
    float[] weights(int length) {
      double sum = length * (length + 1.0) / 2;
      float[] weights = new float[length];
      for (int i = 0; i < length; i++) {
        weights[i] = (float) ((i + 1) / sum);
      }
      return weights;
    }
  },
  /** All tokens have the same weight. */
  MEAN("mean") {
    @Override
    float[] weights(int length) {
      float[] weights = new float[length];
      Arrays.fill(weights, 1f / length);
      return weights;
    }
  };

  private final String label;

  StatePooling(String label) {
    this.label = label;
  }

  /**
   * The weight of each token, from first to last.
   *
   * @param length number of tokens, at least 1
   * @return {@code length} values that sum to 1
   */
  abstract float[] weights(int length);

  /** The name of the pooling in settings. */
  public String label() {
    return label;
  }

  /** The names of all poolings. */
  public static List<String> labels() {
    return Arrays.stream(values()).map(StatePooling::label).toList();
  }

  /**
   * The pooling with a given name.
   *
   * @throws IllegalArgumentException when there is no such pooling; the message lists all names
   */
  public static StatePooling of(String label) {
    return Arrays.stream(values())
        .filter(pooling -> pooling.label.equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "pooling " + label + ": use " + String.join(" or ", labels())));
  }
}
