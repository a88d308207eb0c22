package io.sluice.streams.selection;

/**
 * A slot of a selection with the candidate that holds it.
 *
 * @param <K> candidate ids
 * @param slot position in selection order, from 0
 * @param query index of the query for which the candidate was selected: in round robin, the query
 *     that the slot belongs to; otherwise the query that the candidate is most similar to
 * @param id id of the candidate
 * @param score the candidate's similarity to that query
 * @param neighbourOf the number of queries that have the candidate among their K nearest, by which
 *     KNN-uniform ranks; 0 in other selections, whose order follows from the scores alone
 */
public record Slot<K>(int slot, int query, K id, float score, int neighbourOf) {
  /** A slot of a selection whose order follows from the scores alone. */
  public Slot(int slot, int query, K id, float score) {
    this(slot, query, id, score, 0);
  }
}
