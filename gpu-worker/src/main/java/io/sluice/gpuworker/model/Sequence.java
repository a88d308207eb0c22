package io.sluice.gpuworker.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The positions of one example as a layer's attention knows them, and those at which the model is
 * asked for a prediction.
 *
 * @param everywhere all positions
 * @param asked those with a prediction, ascending
 */
record Sequence(View everywhere, View asked) {
  /** Far below any score, yet finite: times 0 it is 0, and its exponential is 0. */
  private static final float HIDDEN = -1e30f;

  /**
   * A subset of the positions.
   *
   * @param rows which; empty for all
   * @param rope their angles; empty where positions are not told apart
   * @param mask added to attention scores, shape [subset, positions]: 0 where a position may look,
   *     hugely negative elsewhere
   */
  record View(Optional<NDArray> rows, Optional<Rope> rope, NDArray mask) {
    /** The subset of x, shape [batch, positions, width]. */
    NDArray of(NDArray x) {
      return rows.map(index -> x.get(new NDIndex(":, {}", index))).orElse(x);
    }

    /** Turns heads, shape [..., subset, head size], by their positions. */
    NDArray turn(NDArray heads) {
      return rope.map(angles -> angles.turn(heads)).orElse(heads);
    }
  }

  /**
   * Lays out an example.
   *
   * @param length positions
   * @param asked positions with a prediction, ascending, within the length
   * @param tables angles of at least {@code length} positions
   * @param window how many positions each one sees; empty for all before
   */
  static Sequence of(
      NDManager manager, int length, long[] asked, Optional<Rope> tables, OptionalInt window) {
    NDArray all = manager.arange(0, length, 1, DataType.INT64);
    NDArray rows = manager.create(asked);
    Optional<Rope> rope = tables.map(angles -> angles.at(new NDIndex("0:" + length)));
    return new Sequence(
        new View(Optional.empty(), rope, mask(manager, all, all, window)),
        new View(
            Optional.of(rows),
            rope.map(angles -> angles.at(new NDIndex("{}", rows))),
            mask(manager, rows, all, window)));
  }

  private static NDArray mask(NDManager manager, NDArray asked, NDArray all, OptionalInt window) {
    NDArray back = asked.expandDims(1).sub(all.expandDims(0));
    NDArray hidden = back.lt(0);
    if (window.isPresent()) {
      hidden = hidden.logicalOr(back.gte(window.getAsInt()));
    }
    return hidden.toType(DataType.FLOAT32, false).mul(manager.create(HIDDEN));
  }
}
