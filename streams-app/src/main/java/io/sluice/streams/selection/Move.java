package io.sluice.streams.selection;

/**
 * A candidate that changed its slot.
 *
 * @param <K> candidate ids
 * @param id the candidate
 * @param from the slot that it held, or {@link #OUTSIDE}
 * @param to the slot that it holds now, or {@link #OUTSIDE}
 */
public record Move<K>(K id, int from, int to) {
  /** In place of a slot: not in the selection. */
  public static final int OUTSIDE = -1;
}
