package io.sluice.gpuworker.model.config;

/**
 * The rotary position embedding (RoPE) of a layer.
 *
 * @param width how many values of a head are rotated, the first ones. An odd width is rounded up,
 *     but the frequencies are those of the odd one.
 * @param theta the base of the frequencies
 * @param scaling how the frequencies are changed for long texts
 */
public record RopeConfig(int width, double theta, RopeScaling scaling) {
  /** Checks that the scaling has frequencies for the width. */
  public RopeConfig {
    scaling.frequencies(width, theta);
    scaling.frequenciesBeyond(width, theta);
  }
}
