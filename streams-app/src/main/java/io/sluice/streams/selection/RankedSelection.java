package io.sluice.streams.selection;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The first B candidates of a ranking that looks at one candidate alone.
 *
 * <p>One ordered set of at most B candidates. An arrival at a full selection is rejected after one
 * comparison with the last candidate held, or it enters and the last one leaves for good: O(log B)
 * comparisons. A slot's query is the one that its candidate is most similar to. Memory: one entry
 * per candidate held, without its score row.
 *
 * @param <K> candidate ids, ordered consistently with equals
 */
final class RankedSelection<K extends Comparable<? super K>> implements Selection<K> {
  /** The place of a candidate among others. */
  @FunctionalInterface
  interface Ranking<K> {
    /**
     * Computes the place, a function of the arguments alone.
     *
     * @param id the candidate
     * @param best its highest score
     * @return lower goes first; the lower id among equals
     */
    long place(K id, float best);
  }

  private final Shape shape;
  private final Ranking<K> ranking;
  private final TreeSet<Entry<K>> entries =
      new TreeSet<>(Comparator.<Entry<K>>comparingLong(Entry::place).thenComparing(Entry::id));

  /** Ids of the entries, which are ordered by place first and so not found by id. */
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

  /** The lowest index among equals. */
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
