package io.sluice.gpuworker.representation;

import io.sluice.gpuworker.model.Torch;

/**
 * The device that vectors are computed on, and how.
 *
 * @param torch the engine on one device; closed by whoever opened it
 * @param recompute whether the backward pass computes the layers' activations again instead of
 *     keeping them, see {@link ComputeSettings#recompute}
 * @param times collects the time that each stage takes; shared by all devices
 */
record ComputeDevice(Torch torch, boolean recompute, StageTimes times) {}
