package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.OptionalInt;
import java.util.stream.LongStream;

/**
 * The embedding of the tokens.
 *
 * @param weight shape [vocabulary, hidden]
 * @param factor the factor of the embeddings
 * @param padding the token whose row gets no gradient from texts with the token; empty for none
 * @param trained whether the weight may be a parameter with a gradient
 */
record Embedding(Matrix weight, Factor factor, OptionalInt padding, boolean trained) {
  /** The name of the weight in the files of the model. */
  static final String NAME = "model.embed_tokens.weight";

  /** Returns a copy whose weight is replaced by that of the map. */
  Embedding with(WeightMap weights) {
    return new Embedding(weight.with(weights, NAME), factor, padding, true);
  }

  /**
   * Looks up tokens.
   *
   * @param manager owns the result
   * @return shape [1, ids, hidden]
   */
  NDArray apply(NDManager manager, long[] ids) {
    NDArray found = weight.rows(manager.create(ids)).expandDims(0);
    return factor.apply(trained ? withoutPadding(manager, ids, found) : found);
  }

  /** Cuts the gradient of the rows of the padding token, as PyTorch does with a padding index. */
  private NDArray withoutPadding(NDManager manager, long[] ids, NDArray found) {
    if (padding.isEmpty() || LongStream.of(ids).noneMatch(id -> id == padding.getAsInt())) {
      return found;
    }
    float[] kept = new float[ids.length];
    float[] cut = new float[ids.length];
    for (int i = 0; i < ids.length; i++) {
      (ids[i] == padding.getAsInt() ? cut : kept)[i] = 1;
    }
    Shape shape = new Shape(1, ids.length, 1);
    return found
        .mul(manager.create(kept, shape))
        .add(found.stopGradient().mul(manager.create(cut, shape)));
  }
}
