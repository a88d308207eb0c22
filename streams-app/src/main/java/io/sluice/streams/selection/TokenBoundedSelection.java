package io.sluice.streams.selection;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A random sample that is bounded by tokens: the first candidates in an order by a hash of their
 * ids, up to and including the first one with which they have more than so many tokens.
 *
 * <p>That last one does not fit, but it must be known: it ends the longest prefix within the
 * tokens, which therefore is the same in the whole pool as in the merged selections of shards. What
 * stands before a candidate only grows, so a candidate that was removed never comes back.
 *
 * @param <K> candidate ids, ordered consistently with equals
 */
final class TokenBoundedSelection<K extends Comparable<? super K>> implements Selection<K> {
  private final Shape shape;
  private final IdHash hash;
  private final long mostTokens;
  private final TreeSet<Entry<K>> entries =
      new TreeSet<>(Comparator.<Entry<K>>comparingLong(Entry::place).thenComparing(Entry::id));
  private final Set<K> held = new HashSet<>();
  private long tokens;

  TokenBoundedSelection(int queries, long mostTokens, IdHash hash) {
    this.shape = new Shape(queries, Integer.MAX_VALUE);
    this.mostTokens = mostTokens;
    this.hash = hash;
  }

  @Override
  public boolean offer(K id, float[] scores) {
    throw new UnsupportedOperationException("this selection must know the tokens of a candidate");
  }

  @Override
  public boolean offer(K id, float[] scores, int tokensOfCandidate) {
    shape.check(id, scores);
    int query = 0;
    for (int q = 1; q < scores.length; q++) {
      if (scores[q] > scores[query]) {
        query = q;
      }
    }
    Entry<K> arrival =
        new Entry<>(hash.of(id.toString()), id, query, scores[query], tokensOfCandidate);
    boolean isFull = tokens > mostTokens;
    if (isFull && entries.comparator().compare(arrival, entries.last()) > 0 || !held.add(id)) {
      return false;
    }
    entries.add(arrival);
    tokens += tokensOfCandidate;
    while (tokens - entries.last().tokens > mostTokens) {
      Entry<K> last = entries.pollLast();
      tokens -= last.tokens;
      held.remove(last.id);
    }
    return true;
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

  private record Entry<K extends Comparable<? super K>>(
      long place, K id, int query, float score, int tokens) {}
}
