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
 * <p>One sorted set a tier: an arrival enters the first tier that it beats the last of, the last of
 * a tier that overflows goes on to the next, and who overflows the last tier is out, for good. That
 * is exactly one step for each tier change, however many slots shift. A slot's query is the one
 * that its candidate is most similar to.
 *
 * @param <K> candidate ids, ordered consistently with equals
 */
final class RankedSelection<K extends Comparable<? super K>> implements Selection<K> {
  /** The place of a candidate among others. */
  @FunctionalInterface
  interface Ranking<K> {
    /**
     * The place.
     *
     * @param id the candidate
     * @param best its highest score
     * @return lower goes first; the lower id among equals
     */
    long place(K id, float best);
  }

  private final ScoreRows rows;
  private final Ranking<K> ranking;
  private final int budget;
  private final List<Tier<K>> tiers = new ArrayList<>();
  private final Set<K> held = new HashSet<>();

  RankedSelection(int queries, Tiers tiers, Ranking<K> ranking) {
    this.rows = new ScoreRows(queries);
    this.ranking = ranking;
    this.budget = tiers.largest();
    int below = 0;
    for (int tier : tiers.budgets()) {
      this.tiers.add(new Tier<>(tier, tier - below));
      below = tier;
    }
  }

  @Override
  public Admission<K> offer(K id, float[] scores) {
    rows.check(id, scores);
    int query = ScoreRows.best(scores);
    Entry<K> arrival = new Entry<>(ranking.place(id, scores[query]), id, query, scores[query]);
    if (!tiers.get(tiers.size() - 1).hasPlaceFor(arrival) || !held.add(id)) {
      return Admission.none();
    }
    return new Admission<>(true, insert(arrival));
  }

  private List<TierChange<K>> insert(Entry<K> arrival) {
    List<TierChange<K>> changes = new ArrayList<>(tiers.size() + 1);
    Entry<K> entry = arrival;
    int from = TierChange.OUTSIDE;
    for (Tier<K> tier : tiers) {
      if (tier.hasPlaceFor(entry)) {
        tier.entries.add(entry);
        changes.add(new TierChange<>(entry.id, from, tier.budget));
        if (tier.entries.size() <= tier.capacity) {
          return changes;
        }
        entry = tier.entries.pollLast();
        from = tier.budget;
      }
    }
    changes.add(new TierChange<>(entry.id, from, TierChange.OUTSIDE));
    held.remove(entry.id);
    return changes;
  }

  @Override
  public int queries() {
    return rows.queries();
  }

  @Override
  public int budget() {
    return budget;
  }

  @Override
  public int size() {
    return held.size();
  }

  @Override
  public boolean contains(K id) {
    return held.contains(id);
  }

  @Override
  public List<Slot<K>> slots() {
    List<Slot<K>> slots = new ArrayList<>(size());
    for (Tier<K> tier : tiers) {
      for (Entry<K> entry : tier.entries) {
        slots.add(new Slot<>(slots.size(), entry.query, entry.id, entry.score));
      }
    }
    return slots;
  }

  /** The candidates of a tier; a tier has some only when the one before is full. */
  private record Tier<K extends Comparable<? super K>>(
      int budget, int capacity, TreeSet<Entry<K>> entries) {
    Tier(int budget, int capacity) {
      this(
          budget,
          capacity,
          new TreeSet<>(Comparator.<Entry<K>>comparingLong(Entry::place).thenComparing(Entry::id)));
    }

    boolean hasPlaceFor(Entry<K> entry) {
      return entries.size() < capacity || entries.comparator().compare(entry, entries.last()) < 0;
    }
  }

  private record Entry<K extends Comparable<? super K>>(long place, K id, int query, float score) {}
}
