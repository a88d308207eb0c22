package io.sluice.gpuworker.model.config;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a layer's attention knows of positions.
 *
 * @param rope its rotary embedding; empty where it does not tell positions apart
 * @param window how many positions it sees, its own and those just before; empty for all before
 */
public record LayerAttention(Optional<RopeConfig> rope, OptionalInt window) {}
