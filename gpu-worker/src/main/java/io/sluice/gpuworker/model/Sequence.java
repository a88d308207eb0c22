package io.sluice.gpuworker.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import java.util.Optional;

/**
 * The positions of one example, and those at which the model is asked for a prediction.
 *
 * @param rope angles of all positions
 * @param everywhere all positions
 * @param asked those with a prediction, ascending
 */
record Sequence(Rope rope, View everywhere, View asked) {
  /** Far below any score, yet finite: times 0 it is 0, and its exponential is 0. */
  private static final float HIDDEN = -1e30f;

  /**
   * A subset of the positions.
   *
   * @param rows which; empty for all
   * @param rope their angles
   * @param mask added to attention scores, shape [subset, positions]: 0 where a position may look,
   *     hugely negative ahead of it
   */
  record View(Optional<NDArray> rows, Rope rope, NDArray mask) {
    /** The subset of x, shape [batch, positions, width]. */
    NDArray of(NDArray x) {
      return rows.map(index -> x.get(new NDIndex(":, {}", index))).orElse(x);
    }
  }

  /**
   * Lays out an example.
   *
   * @param length positions
   * @param asked positions with a prediction, ascending, within the length
   * @param tables angles of at least {@code length} positions
   */
  static Sequence of(NDManager manager, int length, long[] asked, Rope tables) {
    NDArray all = manager.arange(0, length, 1, DataType.INT64);
    NDArray rows = manager.create(asked);
    NDArray hidden = manager.create(HIDDEN);
    Rope rope = tables.at(new NDIndex("0:" + length));
    return new Sequence(
        rope,
        new View(Optional.empty(), rope, mask(all, all, hidden)),
        new View(Optional.of(rows), rope.at(new NDIndex("{}", rows)), mask(rows, all, hidden)));
  }

  private static NDArray mask(NDArray asked, NDArray all, NDArray hidden) {
    NDArray ahead = all.expandDims(0).gt(asked.expandDims(1));
    return ahead.toType(DataType.FLOAT32, false).mul(hidden);
  }
}
