package io.sluice.gpuworker.model.config;

/**
 * The rotary position embedding (RoPE) of a layer.
 *
 * @param theta the base of the frequencies
 * @param scaling how the frequencies are changed for long texts
 */
public record RopeConfig(double theta, RopeScaling scaling) {}
