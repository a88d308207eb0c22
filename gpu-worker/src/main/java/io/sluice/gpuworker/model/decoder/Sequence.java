package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The positions of a pack of examples, with the rotary tables and the attention masks that a layer
 * needs for them.
 *
 * @param everywhere all positions
 * @param asked the positions at which a prediction is requested, ascending
 */
record Sequence(View everywhere, View asked) {
  /**
   * Far below any score, so that the softmax yields 0, but finite, because infinity times 0 is NaN.
   */
  private static final float HIDDEN = -1e30f;

  /**
   * All positions or a subset of them.
   *
   * @param rows the indices of the subset; empty for all positions
   * @param rope the rotary tables of the subset; empty if the layer has no position embedding
   * @param mask added to the attention scores, shape [subset, positions]: 0 where attention is
   *     allowed, a large negative number elsewhere
   */
  record View(Optional<NDArray> rows, Optional<Rope> rope, NDArray mask) {
    /** Selects the subset from all positions, shape [batch, positions, width]. */
    NDArray of(NDArray x) {
      return rows.map(index -> x.get(new NDIndex(":, {}", index))).orElse(x);
    }

    /** Rotates heads, shape [..., subset, head size], by the angles of their positions. */
    NDArray rotate(NDArray heads) {
      return rope.map(angles -> angles.rotate(heads)).orElse(heads);
    }
  }

  /**
   * Computes the tables and masks of a pack.
   *
   * @param tables rotary tables for at least as many positions as the longest example has; empty if
   *     the layer has no position embedding
   * @param window the number of positions that each position attends to, including itself; empty
   *     for all before it
   */
  static Sequence of(NDManager manager, Pack pack, Optional<Rope> tables, OptionalInt window) {
    NDArray all = manager.arange(0, pack.ids().length, 1, DataType.INT64);
    NDArray rows = manager.create(pack.asked());
    NDArray begins = manager.create(pack.begins());
    Optional<Rope> rope = tables.map(angles -> angles.at(manager, pack));
    NDIndex asked = new NDIndex("{}", rows);
    return new Sequence(
        new View(Optional.empty(), rope, mask(manager, pack, all, begins, window)),
        new View(
            Optional.of(rows),
            rope.map(angles -> angles.at(asked)),
            mask(manager, pack, rows, begins.get(asked), window)));
  }

  /**
   * The attention mask of some positions: they attend to earlier positions of their own example,
   * within the window.
   *
   * @param asked the positions
   * @param begins for each of them, the first position of its example
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
