package io.sluice.streams.selection;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The first candidates in an order that depends on each candidate alone: as many as the budget, or
 * as many as have so many tokens together.
 *
 * <p>The state is one ordered set of the candidates held. A full selection rejects an arrival after
 * one comparison with the last candidate held; otherwise the arrival is inserted with O(log B)
 * comparisons, and the last candidates that are no longer needed are removed permanently. A slot's
 * query is the one that its candidate is most similar to. Memory: one entry per candidate held,
 * without its score row.
 *
 * <p>A selection that is bounded by tokens also holds the first candidate that does not fit. It
 * ends the longest prefix within the tokens, which therefore is the same in the whole pool as in
 * the merged selections of shards. What stands before a candidate only grows, so a candidate that
 * was removed never comes back.
 *
 * @param <K> candidate ids, ordered consistently with equals
 */
final class RankedSelection<K extends Comparable<? super K>> implements Selection<K> {
  /** Computes the position of a candidate in the order. */
  @FunctionalInterface
  interface Ranking<K> {
    /**
     * Computes the place, which must depend on nothing but the arguments.
     *
     * @param id id of the candidate
     * @param best its highest score
     * @return a number; the lowest comes first, and among equal numbers the lower id
     */
    long place(K id, float best);
  }

  private final Shape shape;
  private final Ranking<K> ranking;
  private final boolean isBoundedByTokens;

  /** With a higher weight than this one, the selection is full. */
  private final long most;

  private final TreeSet<Entry<K>> entries =
      new TreeSet<>(Comparator.<Entry<K>>comparingLong(Entry::place).thenComparing(Entry::id));

  /** Ids of the entries; a look-up by id in {@link #entries} is not possible. */
  private final Set<K> held = new HashSet<>();

  /** The sum of the entries' weights: their tokens, or 1 for each. */
  private long weight;

  private RankedSelection(Shape shape, Ranking<K> ranking, boolean isBoundedByTokens, long most) {
    this.shape = shape;
    this.ranking = ranking;
    this.isBoundedByTokens = isBoundedByTokens;
    this.most = most;
  }

  /** An empty selection of as many candidates as the budget. */
  static <K extends Comparable<? super K>> RankedSelection<K> ofBudget(
      Shape shape, Ranking<K> ranking) {
    return new RankedSelection<>(shape, ranking, false, shape.budget() - 1L);
  }

  /**
   * An empty selection of the candidates up to and including the first one with which they have
   * more tokens than allowed.
   *
   * @param tokens the tokens allowed, at least 1
   */
  static <K extends Comparable<? super K>> RankedSelection<K> ofTokens(
      int queries, long tokens, Ranking<K> ranking) {
    return new RankedSelection<>(new Shape(queries, Integer.MAX_VALUE), ranking, true, tokens);
  }

  @Override
  public boolean offer(K id, float[] scores) {
    if (isBoundedByTokens) {
      throw new UnsupportedOperationException("this selection must know the tokens of a candidate");
    }
    return offer(id, scores, 1);
  }

  @Override
  public boolean offer(K id, float[] scores, int tokens) {
    shape.check(id, scores);
    int query = Shape.indexOfHighest(scores);
    Entry<K> arrival =
        new Entry<>(
            ranking.place(id, scores[query]),
            id,
            query,
            scores[query],
            isBoundedByTokens ? tokens : 1);
    if (!belongs(arrival) || !held.add(id)) {
      return false;
    }
    entries.add(arrival);
    weight += arrival.weight;
    while (weight - entries.last().weight > most) {
      Entry<K> last = entries.pollLast();
      weight -= last.weight;
      held.remove(last.id);
    }
    return true;
  }

  private boolean belongs(Entry<K> arrival) {
    return weight <= most || entries.comparator().compare(arrival, entries.last()) < 0;
  }

  @Override
  public int queries() {
    return shape.queries();
  }

  @Override
  public int budget() {
    return shape.budget();
  }

  @Override
  public int size() {
    return entries.size();
  }

  @Override
  public Set<K> held() {
    return Collections.unmodifiableSet(held);
  }

  @Override
  public List<Slot<K>> slots() {
    List<Slot<K>> slots = new ArrayList<>(size());
    for (Entry<K> entry : entries) {
      slots.add(new Slot<>(slots.size(), entry.query, entry.id, entry.score));
    }
    return slots;
  }

  private record Entry<K extends Comparable<? super K>>(
      long place, K id, int query, float score, int weight) {}
}
