package io.sluice.gpuworker.model.config;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * The position embedding and the window of a layer's attention.
 *
 * @param rope the rotary position embedding; empty if the layer has none
 * @param window the number of positions that a position attends to: itself and those immediately
 *     before it; empty for itself and all before it
 */
public record LayerAttention(Optional<RopeConfig> rope, OptionalInt window) {}
