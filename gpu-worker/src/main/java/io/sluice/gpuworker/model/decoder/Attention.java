package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.stream.Stream;

/**
 * Causal self-attention with grouped queries: each key and value head serves a group of query
 * heads.
 *
 * @param projections to queries, keys and values
 * @param groups the number of query heads per key and value head
 * @param scale a scalar array, the factor of the products of queries and keys
 * @param limit the limit of these products
 */
record Attention(
    Projections projections,
    Heads query,
    Heads key,
    Heads value,
    Linear output,
    int groups,
    NDArray scale,
    Limit limit) {

  /**
   * The linear layers, in the order of the model's parameters. In the models with one layer for all
   * projections, that is behind the output.
   */
  Stream<Linear> linears() {
    return projections instanceof Projections.Packed
        ? Stream.concat(Stream.of(output), projections.linears())
        : Stream.concat(projections.linears(), Stream.of(output));
  }

  /**
   * Computes the output at some of the positions.
   *
   * @param x the input at all positions, shape [batch, positions, hidden]
   * @param view the positions whose output is wanted
   * @param everywhere all positions
   * @return shape [batch, wanted, hidden]
   */
  NDArray apply(NDArray x, Sequence.View view, Sequence.View everywhere, Lora lora) {
    List<NDArray> projected = projections.apply(x, view::of, lora);
    NDArray keys = everywhere.rotate(key.apply(projected.get(1)).transpose(0, 2, 1, 3));
    NDArray values = value.apply(projected.get(2)).transpose(0, 2, 1, 3);
    NDArray grouped = grouped(query.apply(projected.get(0)), keys.getShape().get(1));
    NDArray queries = view.rotate(grouped.transpose(0, 2, 3, 1, 4)).mul(scale);

    // The query heads of a group are stacked as rows, so that keys and values need not be repeated.
    Shape shape = queries.getShape();
    long rows = shape.get(2) * shape.get(3);
    NDArray stacked = queries.reshape(shape.get(0), shape.get(1), rows, query.size());
    NDArray scores = limit.apply(stacked.matMul(keys.swapAxes(2, 3)));
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
            .reshape(mixedBatch, shape.get(1), shape.get(2), shape.get(3), query.size())
            .transpose(0, 3, 1, 2, 4)
            .reshape(mixedBatch, shape.get(3), -1);
    return output.apply(joined, lora);
  }

  /** Returns a copy whose weights are replaced by those of the map. */
  Attention with(WeightMap weights) {
    return new Attention(
        projections.with(weights),
        query.with(weights),
        key.with(weights),
        value.with(weights),
        output.with(weights),
        groups,
        scale,
        limit);
  }

  private NDArray grouped(NDArray heads, long keyValueHeads) {
    return heads.reshape(
        heads.getShape().get(0), heads.getShape().get(1), keyValueHeads, groups, query.size());
  }
}
