package io.sluice.streams.selection;

import java.util.List;

/**
 * The subset that one {@link Algorithm} selects from candidates that arrive one by one, always
 * equal to the batch rule over all that were offered.
 *
 * <p>What every selection keeps to, with candidates in a strict total order in which arrival has no
 * part:
 *
 * <ul>
 *   <li>the order of offers changes nothing, nor do repeats: an id's first score row counts;
 *   <li>offering what the selections of any shards hold to another selection of the same budget
 *       gives the selection of all that the shards were offered;
 *   <li>the subset of a smaller budget is a prefix, so the selection of the largest budget holds
 *       the subset of every budget of a task.
 * </ul>
 *
 * <p>Nothing can be taken back. When a candidate is retracted, a score changes or the budget grows,
 * make a new selection and offer it all stored score rows again: a candidate that was rejected
 * before may belong to the selection now, and a selection does not remember it.
 *
 * <p>A rule that has to see the whole score table at once fits as well: its selection admits and
 * keeps every row, so that shards send all on, and works out its order when it is asked for.
 *
 * <p>Not thread-safe.
 *
 * @param <K> candidate ids
 */
public interface Selection<K> {
  /**
   * Offers a candidate. An id that is already held changes nothing.
   *
   * <p>When a shard's selection admits a candidate, the shard must send it on to the selection into
   * which shards are merged.
   *
   * @param id the candidate
   * @param scores its similarity to each query, shape [queries], all finite; copied if kept
   * @return whether the candidate was admitted
   * @throws IllegalArgumentException when the row's length is not the number of queries or a score
   *     is not finite; nothing has changed then
   */
  boolean offer(K id, float[] scores);

  /** M, the length of a score row. */
  int queries();

  /** B, how many candidates can be selected. */
  int budget();

  /** Candidates selected: the number offered, up to the budget. */
  int size();

  /** Whether the candidate is held, so that retracting it calls for a new selection. */
  boolean contains(K id);

  /** A copy of the whole selection, in selection order. */
  List<Slot<K>> slots();

  /**
   * The subset of a smaller budget.
   *
   * @param smaller 1 to {@link #budget}
   * @return the selected ids in selection order, at most {@code smaller}
   * @throws IllegalArgumentException when the budget is below 1 or above this selection's
   */
  default List<K> prefix(int smaller) {
    if (smaller < 1 || smaller > budget()) {
      throw new IllegalArgumentException(
          "budget " + smaller + ": this selection holds the budgets 1 to " + budget());
    }
    return slots().stream().limit(smaller).map(Slot::id).toList();
  }
}
