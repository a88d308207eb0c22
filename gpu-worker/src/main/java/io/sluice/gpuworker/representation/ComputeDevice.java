package io.sluice.gpuworker.representation;

import io.sluice.gpuworker.model.Torch;
import io.sluice.gpuworker.representation.memory.PassSize;
import io.sluice.schemas.FeatureEncoding;
import java.util.function.Predicate;

/**
 * The device that vectors are computed on, and how.
 *
 * @param torch the engine on one device; closed by whoever opened it
 * @param recompute for which passes the backward pass computes the layers' activations again
 *     instead of keeping them, see {@link ComputeSettings#recompute}
 * @param stored the encoding in which candidates are stored, see {@link ComputeSettings#stored}
 * @param times collects the time that each stage takes; shared by all devices
 */
record ComputeDevice(
    Torch torch, Predicate<PassSize> recompute, FeatureEncoding stored, StageTimes times) {}
