package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.stream.Stream;

/**
 * Causal self-attention with grouped queries: each key and value head serves a group of query
 * heads.
 *
 * @param groups the number of query heads per key and value head
 * @param scale a scalar array, {@code 1 / sqrt(head size)}
 */
record Attention(Heads query, Heads key, Heads value, Linear output, int groups, NDArray scale) {

  /** The linear layers, in the order of the model's parameters. */
  Stream<Linear> linears() {
    return Stream.of(query.linear(), key.linear(), value.linear(), output);
  }

  /**
   * Computes the output at some of the positions.
   *
   * @param wanted the input at the positions whose output is wanted, shape [batch, wanted, hidden]
   * @param all the input at all positions, shape [batch, positions, hidden]
   * @param view the positions whose output is wanted
   * @param everywhere all positions
   * @return shape [batch, wanted, hidden]
   */
  NDArray apply(
      NDArray wanted, NDArray all, Sequence.View view, Sequence.View everywhere, Lora lora) {
    NDArray keys = everywhere.rotate(key.apply(all, lora).transpose(0, 2, 1, 3));
    NDArray values = value.apply(all, lora).transpose(0, 2, 1, 3);
    NDArray grouped = grouped(query.apply(wanted, lora), keys.getShape().get(1));
    NDArray queries = view.rotate(grouped.transpose(0, 2, 3, 1, 4)).mul(scale);

    // The query heads of a group are stacked as rows, so that keys and values need not be repeated.
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

  /** Returns a copy whose weights are replaced by those of the map. */
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
