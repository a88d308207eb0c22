package io.sluice.gpuworker.representation.memory;

import java.util.function.Predicate;

/**
 * The adapters of the checkpoints, as far as memory depends on them.
 *
 * @param rank the rank of every adapted layer
 * @param adapted whether a linear layer is adapted, by its name in the model, such as {@code
 *     model.layers.0.self_attn.q_proj}
 * @param checkpoints the number of checkpoints, at least 1
 * @param moments whether the optimizer's moments are loaded, for {@code form=adam}
 */
public record AdapterShape(int rank, Predicate<String> adapted, int checkpoints, boolean moments) {}
