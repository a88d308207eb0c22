package io.sluice.gpuworker.model.config;

/**
 * The rotary position embedding of a layer.
 *
 * @param theta base of the angles
 * @param scaling what is done to them for long texts
 */
public record RopeConfig(double theta, RopeScaling scaling) {}
