package io.sluice.streams.selection;

import java.util.List;
import java.util.Set;

/**
 * The subset that one {@link Algorithm} selects from candidates that arrive one by one, always
 * equal to the batch rule over all that were offered.
 *
 * <p>Every selection ranks candidates by a strict total order that does not depend on when they
 * arrive, and guarantees:
 *
 * <ul>
 *   <li>The result does not depend on the order of offers. Repeated offers change nothing, because
 *       the first score row of an id counts.
 *   <li>Selections of shards can be merged: offering the candidates that they hold to another
 *       selection of the same budget gives the same result as offering it all candidates of the
 *       shards.
 *   <li>The subset of a smaller budget is a prefix, so the selection of the largest budget contains
 *       the subset of every budget of a task.
 * </ul>
 *
 * <p>A candidate cannot be removed. When one is retracted, a score changes or the budget grows,
 * create a new selection and offer it all stored score rows: a candidate that was rejected before
 * may belong to it now, and a selection does not remember rejected candidates.
 *
 * <p>Not thread-safe.
 *
 * @param <K> candidate ids
 */
public interface Selection<K> {
  /**
   * Offers a candidate. Offering an id that is already held changes nothing.
   *
   * <p>When the selection of a shard admits a candidate, the shard must nominate it, that is, offer
   * it to the selection that merges the shards.
   *
   * @param id id of the candidate
   * @param scores its similarity to each query, shape [queries], all finite; copied if kept
   * @return whether the candidate was admitted
   * @throws IllegalArgumentException when the row's length is not the number of queries or a score
   *     is not finite; the selection is then unchanged
   */
  boolean offer(K id, float[] scores);

  /**
   * Offers a candidate to a selection that may be bounded by tokens. Others ignore the tokens.
   *
   * @param tokens the learnt tokens of the candidate, at least 1 if the selection is bounded by
   *     them
   * @return whether the candidate was admitted, as without tokens
   */
  default boolean offer(K id, float[] scores, int tokens) {
    return offer(id, scores);
  }

  /** The number of queries, M, which is the length of a score row. */
  int queries();

  /** The budget, B, which is the maximum number of candidates selected. */
  int budget();

  /** The number of candidates selected: all that were offered, but at most the budget. */
  int size();

  /**
   * The candidates that the selection depends on: those that are selected, and in KNN-uniform also
   * the others among the nearest of a query and those with the lowest ids. A view, which changes
   * with the selection and cannot be changed itself.
   */
  Set<K> held();

  /** A copy of the whole selection, in selection order. */
  List<Slot<K>> slots();

  /**
   * The subset of a budget up to this selection's own.
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
