package io.sluice.gpuworker.representation;

import io.sluice.gpuworker.model.Torch;

/**
 * Where and how vectors are computed.
 *
 * @param torch the engine on one device
 * @param recompute whether passes are recomputed on the way back
 * @param times receives how long stages take
 */
record ComputeDevice(Torch torch, boolean recompute, StageTimes times) {}
