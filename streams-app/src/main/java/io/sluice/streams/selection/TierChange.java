package io.sluice.streams.selection;

/**
 * A candidate that changed its tier: the smallest budget whose subset includes it.
 *
 * @param <K> candidate ids
 * @param id the candidate
 * @param from the budget that was its tier, or {@link #OUTSIDE}
 * @param to the budget that is its tier now, or {@link #OUTSIDE}
 */
public record TierChange<K>(K id, int from, int to) {
  /** In place of a tier: in no subset. */
  public static final int OUTSIDE = 0;
}
