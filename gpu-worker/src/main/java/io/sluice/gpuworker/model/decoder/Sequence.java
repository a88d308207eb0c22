package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The positions of one example, or of several that are packed, as a layer's attention knows them,
 * and those at which the model is asked for a prediction.
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
   * Lays out examples.
   *
   * @param tables angles of at least as many positions as the longest example has
   * @param window how many positions each one sees; empty for all before
   */
  static Sequence of(NDManager manager, Pack pack, Optional<Rope> tables, OptionalInt window) {
    NDArray all = manager.arange(0, pack.ids().length, 1, DataType.INT64);
    NDArray rows = manager.create(pack.asked());
    NDArray begins = manager.create(pack.begins());
    NDIndex places =
        pack.isSingle()
            ? new NDIndex("0:" + pack.ids().length)
            : new NDIndex("{}", all.sub(begins));
    Optional<Rope> rope = tables.map(angles -> angles.at(places));
    NDIndex asked = new NDIndex("{}", rows);
    return new Sequence(
        new View(Optional.empty(), rope, mask(manager, pack, all, begins, window)),
        new View(
            Optional.of(rows),
            rope.map(angles -> angles.at(asked)),
            mask(manager, pack, rows, begins.get(asked), window)));
  }

  /**
   * What positions may see.
   *
   * @param begins where the example of each of them begins
   */
  private static NDArray mask(
      NDManager manager, Pack pack, NDArray asked, NDArray begins, OptionalInt window) {
    NDArray all = manager.arange(0, pack.ids().length, 1, DataType.INT64);
    NDArray back = asked.expandDims(1).sub(all.expandDims(0));
    NDArray hidden = back.lt(0);
    if (window.isPresent()) {
      hidden = hidden.logicalOr(back.gte(window.getAsInt()));
    }
    if (!pack.isSingle()) {
      hidden = hidden.logicalOr(all.expandDims(0).lt(begins.expandDims(1)));
    }
    return hidden.toType(DataType.FLOAT32, false).mul(manager.create(HIDDEN));
  }
}
