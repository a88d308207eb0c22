package io.sluice.streams.selection;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The first B candidates in an order that depends on each candidate alone.
 *
 * <p>The state is one ordered set of at most B candidates. A full selection rejects an arrival
 * after one comparison with the last candidate held; otherwise the arrival is inserted with O(log
 * B) comparisons, and the last candidate is removed permanently. A slot's query is the one that its
 * candidate is most similar to. Memory: one entry per candidate held, without its score row.
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
  private final TreeSet<Entry<K>> entries =
      new TreeSet<>(Comparator.<Entry<K>>comparingLong(Entry::place).thenComparing(Entry::id));

  /** Ids of the entries; a look-up by id in {@link #entries} is not possible. */
  private final Set<K> held = new HashSet<>();

  RankedSelection(Shape shape, Ranking<K> ranking) {
    this.shape = shape;
    this.ranking = ranking;
  }

  @Override
  public boolean offer(K id, float[] scores) {
    shape.check(id, scores);
    int query = indexOfHighest(scores);
    Entry<K> arrival = new Entry<>(ranking.place(id, scores[query]), id, query, scores[query]);
    if (!belongs(arrival) || !held.add(id)) {
      return false;
    }
    entries.add(arrival);
    if (entries.size() > shape.budget()) {
      held.remove(entries.pollLast().id);
    }
    return true;
  }

  private boolean belongs(Entry<K> arrival) {
    return entries.size() < shape.budget()
        || entries.comparator().compare(arrival, entries.last()) < 0;
  }

  /** The index of the highest score, the lowest one among equals. */
  private static int indexOfHighest(float[] scores) {
    int highest = 0;
    for (int query = 1; query < scores.length; query++) {
      if (scores[query] > scores[highest]) {
        highest = query;
      }
    }
    return highest;
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
  public boolean contains(K id) {
    return held.contains(id);
  }

  @Override
  public List<Slot<K>> slots() {
    List<Slot<K>> slots = new ArrayList<>(size());
    for (Entry<K> entry : entries) {
      slots.add(new Slot<>(slots.size(), entry.query, entry.id, entry.score));
    }
    return slots;
  }

  private record Entry<K extends Comparable<? super K>>(long place, K id, int query, float score) {}
}
