package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * The positions of a pack or a batch of examples, with the rotary tables and the attention masks
 * that a layer needs for them.
 *
 * @param everywhere all positions
 * @param asked the positions at which a prediction is requested, ascending
 */
record Sequence(View everywhere, View asked) {
  /**
   * Far below any score, so that the softmax yields 0, but finite, because infinity times 0 is NaN.
   */
  private static final float HIDDEN = -1e30f;

  /** Selects positions. */
  private interface Selection {
    /** Takes shape [batch, positions, width], returns shape [batch, selected, width]. */
    NDArray of(NDArray x);
  }

  /** All positions or a subset of them. */
  static final class View {
    private final Selection selection;
    private final Optional<Rope> rope;
    private final NDArray mask;

    /**
     * Creates a view.
     *
     * @param selection selects the subset
     * @param rope the rotary tables of the subset; empty if the layer has no position embedding
     * @param mask see {@link #mask}
     */
    private View(Selection selection, Optional<Rope> rope, NDArray mask) {
      this.selection = selection;
      this.rope = rope;
      this.mask = mask;
    }

    /** Selects the subset from all positions, shape [batch, positions, width]. */
    NDArray of(NDArray x) {
      return selection.of(x);
    }

    /** Rotates heads, shape [batch, ..., subset, head size], by the angles of their positions. */
    NDArray rotate(NDArray heads) {
      return rope.map(angles -> angles.rotate(heads)).orElse(heads);
    }

    /**
     * Added to the attention scores, shape [subset, positions], with axes before them if the subset
     * differs between the rows of the batch: 0 where attention is allowed, a large negative number
     * elsewhere.
     */
    NDArray mask() {
      return mask;
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
    NDArray all = positions(manager, pack.ids().length);
    NDArray rows = manager.create(pack.asked());
    Optional<NDArray> begins =
        pack.isSingle() ? Optional.empty() : Optional.of(manager.create(pack.begins()));
    Optional<Rope> rope = tables.map(angles -> angles.at(manager, pack));
    NDIndex asked = new NDIndex("{}", rows);
    return new Sequence(
        new View(x -> x, rope, mask(manager, pack, all, begins, window)),
        new View(
            x -> x.get(new NDIndex(":, {}", rows)),
            rope.map(angles -> angles.at(asked)),
            mask(manager, pack, rows, begins.map(first -> first.get(asked)), window)));
  }

  /**
   * Computes the tables and masks of a batch. Its examples share the masks of all positions: no
   * position attends to the padding, which is behind all others.
   *
   * @param tables rotary tables for at least as many positions as the longest example has; empty if
   *     the layer has no position embedding
   * @param window the number of positions that each position attends to, including itself; empty
   *     for all before it
   */
  static Sequence of(NDManager manager, Batch batch, Optional<Rope> tables, OptionalInt window) {
    int length = batch.length();
    NDArray all = positions(manager, length);
    Shape shape = new Shape(batch.lanes(), batch.askedLength());
    NDArray asked = manager.create(batch.paddedAsked(), shape);
    NDArray lanes = manager.arange(0, batch.lanes(), 1, DataType.INT64).expandDims(1);
    NDArray begins = lanes.mul(onDevice(manager, length, DataType.INT64));
    NDIndex rows = new NDIndex("{}", begins.add(asked).reshape(-1));
    Optional<Rope> rope = tables.map(angles -> angles.at(manager, batch));
    return new Sequence(
        new View(
            x -> x, rope, mask(manager, () -> hidden(manager, all.expandDims(1).sub(all), window))),
        new View(
            x ->
                x.reshape(shape.get(0) * length, -1).get(rows).reshape(shape.addAll(new Shape(-1))),
            rope.map(angles -> angles.at(batch, rows, asked)),
            mask(manager, () -> hidden(manager, asked.expandDims(2).sub(all), window))
                .expandDims(1)
                .expandDims(1)));
  }

  private static NDArray positions(NDManager manager, int count) {
    return manager.arange(0, count, 1, DataType.INT64);
  }

  /**
   * Which positions are hidden: later ones, and those before the window.
   *
   * @param back how far each position lies before the one that attends
   */
  private static NDArray hidden(NDManager manager, NDArray back, OptionalInt window) {
    NDArray later = back.lt(onDevice(manager, 0, DataType.INT64));
    return window.isPresent()
        ? later.logicalOr(back.gte(onDevice(manager, window.getAsInt(), DataType.INT64)))
        : later;
  }

  /** A scalar that is written on the device; DJL copies a Java number from the host. */
  private static NDArray onDevice(NDManager manager, float value, DataType type) {
    return manager.full(new Shape(), value, type);
  }

  /**
   * The attention mask of some positions: they attend to earlier positions of their own example,
   * within the window.
   *
   * @param asked the positions
   * @param begins for each of them, the first position of its example; empty if there is only one
   */
  private static NDArray mask(
      NDManager manager, Pack pack, NDArray asked, Optional<NDArray> begins, OptionalInt window) {
    NDArray all = positions(manager, pack.ids().length).expandDims(0);
    return mask(
        manager,
        () -> {
          NDArray hidden = hidden(manager, asked.expandDims(1).sub(all), window);
          return begins.map(first -> hidden.logicalOr(all.lt(first.expandDims(1)))).orElse(hidden);
        });
  }

  /** Computes a mask, and releases what it is computed from, which takes more memory. */
  private static NDArray mask(NDManager manager, Supplier<NDArray> hidden) {
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray mask =
          hidden
              .get()
              .toType(DataType.FLOAT32, false)
              .mul(onDevice(manager, HIDDEN, DataType.FLOAT32));
      NDScope.unregister(mask);
      return mask;
    }
  }
}
