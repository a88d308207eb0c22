package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.stream.Stream;

/**
 * Causal self-attention with grouped heads: each head of keys and values serves a group of query
 * heads.
 *
 * @param scale a scalar array, head size ^ -1/2
 */
record Attention(Heads query, Heads key, Heads value, Linear output, int groups, NDArray scale) {

  /** The linear layers, in the order of the model's parameters. */
  Stream<Linear> linears() {
    return Stream.of(query.linear(), key.linear(), value.linear(), output);
  }

  /**
   * Attends.
   *
   * @param asking input at the positions whose output is wanted, shape [batch, asked, hidden]
   * @param all input at all positions, shape [batch, positions, hidden]
   * @param view the positions whose output is wanted
   * @param everywhere all positions
   * @return shape [batch, asked, hidden]
   */
  NDArray apply(
      NDArray asking, NDArray all, Sequence.View view, Sequence.View everywhere, Lora lora) {
    NDArray keys = everywhere.turn(key.apply(all, lora).transpose(0, 2, 1, 3));
    NDArray values = value.apply(all, lora).transpose(0, 2, 1, 3);
    NDArray asked = grouped(query.apply(asking, lora), keys.getShape().get(1));
    NDArray queries = view.turn(asked.transpose(0, 2, 3, 1, 4)).mul(scale);

    // The query heads of a group stand under one another, so keys and values are never repeated.
    Shape shape = queries.getShape();
    long rows = shape.get(2) * shape.get(3);
    NDArray stacked = queries.reshape(shape.get(0), shape.get(1), rows, query.headSize());
    NDArray scores = stacked.matMul(keys.swapAxes(2, 3));
    long batch = scores.getShape().get(0);
    long positions = scores.getShape().get(3);
    NDArray weights =
        scores
            .reshape(batch, shape.get(1), shape.get(2), shape.get(3), positions)
            .add(view.mask())
            .softmax(4)
            .reshape(batch, shape.get(1), rows, positions);
    NDArray mixed = weights.matMul(values);
    long mixedBatch = mixed.getShape().get(0);
    NDArray joined =
        mixed
            .reshape(mixedBatch, shape.get(1), shape.get(2), shape.get(3), query.headSize())
            .transpose(0, 3, 1, 2, 4)
            .reshape(mixedBatch, shape.get(3), -1);
    return output.apply(joined, lora);
  }

  /** The same block with other arrays as its weights. */
  Attention with(WeightMap weights) {
    return new Attention(
        query.with(weights),
        key.with(weights),
        value.with(weights),
        output.with(weights),
        groups,
        scale);
  }

  private NDArray grouped(NDArray heads, long keyValueHeads) {
    return heads.reshape(
        heads.getShape().get(0), heads.getShape().get(1), keyValueHeads, groups, query.headSize());
  }
}
