package io.sluice.streams.selection;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Greedy round robin over candidates that arrive one by one.
 *
 * <p>Rule (Nguyen et al., "A Critical Look at Targeted Instruction Selection"): queries take turns,
 * each takes its most similar candidate not yet taken. Here slot t belongs to query t mod M, and
 * candidates are ordered by score descending (as numbers: -0.0 equals 0.0), then id ascending.
 *
 * <p>An arrival walks the slots upwards; where it beats the holder they change places and the
 * displaced one walks on; who walks past the last slot is out, for good. Holders of one query's
 * slots are in falling order, so an arrival that beats the last slot of no query is rejected after
 * M comparisons, and of N candidates in random order only about B (1 + ln(N / B)) are ever
 * admitted. The work of an admission is one pass over at most B slots.
 *
 * <p>Memory: the score rows of the selected, about {@code 4 B M} bytes.
 *
 * @param <K> candidate ids, ordered consistently with equals
 */
final class RoundRobinSelection<K extends Comparable<? super K>> implements Selection<K> {
  private static final int INITIAL_CAPACITY = 64;

  private final ScoreRows rows;
  private final int queries;
  private final Tiers tiers;
  private final int budget;

  /** Who holds each slot. */
  private final List<Holder<K>> holders = new ArrayList<>();

  /**
   * Each holder's score by its slot's query: beside each other, so that a walk reads memory once.
   */
  private float[] slotScores = new float[INITIAL_CAPACITY];

  private final Set<K> held = new HashSet<>();

  RoundRobinSelection(int queries, Tiers tiers) {
    this.rows = new ScoreRows(queries);
    this.queries = queries;
    this.tiers = tiers;
    this.budget = tiers.largest();
  }

  @Override
  public Admission<K> offer(K id, float[] scores) {
    rows.check(id, scores);
    if (size() == budget && !beatsLastSlotOfAnyQuery(id, scores) || !held.add(id)) {
      return Admission.none();
    }
    return new Admission<>(true, insert(new Holder<>(id, scores.clone())));
  }

  /** The last slots of the queries are the last M slots; with B below M some queries have none. */
  private boolean beatsLastSlotOfAnyQuery(K id, float[] scores) {
    return nextBeaten(id, scores, Math.max(0, budget - queries)) < budget;
  }

  private List<TierChange<K>> insert(Holder<K> arrival) {
    List<TierChange<K>> changes = new ArrayList<>();
    Holder<K> walker = arrival;
    int from = TierChange.OUTSIDE;
    int slot = nextBeaten(walker.id, walker.scores, 0);
    while (slot < size()) {
      int to = tiers.tierOf(slot);
      if (from != to) {
        changes.add(new TierChange<>(walker.id, from, to));
      }
      slotScores[slot] = walker.scores[slot % queries];
      walker = holders.set(slot, walker);
      from = to;
      slot = nextBeaten(walker.id, walker.scores, slot + 1);
    }
    int to = TierChange.OUTSIDE;
    if (size() < budget) {
      to = tiers.tierOf(slot);
      append(walker);
    } else {
      held.remove(walker.id);
    }
    if (from != to) {
      changes.add(new TierChange<>(walker.id, from, to));
    }
    return changes;
  }

  /** The lowest slot, at least {@code first}, whose holder the candidate beats; else the size. */
  private int nextBeaten(K id, float[] scores, int first) {
    int slot = nextReached(scores, first);
    while (slot < size()
        && scores[slot % queries] == slotScores[slot]
        && id.compareTo(holders.get(slot).id) >= 0) {
      slot = nextReached(scores, slot + 1);
    }
    return slot;
  }

  /** Like nextBeaten, with equality enough: nearly all the time goes into this loop. */
  private int nextReached(float[] scores, int first) {
    int size = size();
    int slot = first;
    while (slot < size) {
      int roundStart = slot - slot % queries;
      int roundEnd = Math.min(size, roundStart + queries);
      for (; slot < roundEnd; slot++) {
        if (scores[slot - roundStart] >= slotScores[slot]) {
          return slot;
        }
      }
    }
    return size;
  }

  private void append(Holder<K> last) {
    int slot = size();
    if (slot == slotScores.length) {
      slotScores = Arrays.copyOf(slotScores, 2 * slot);
    }
    slotScores[slot] = last.scores[slot % queries];
    holders.add(last);
  }

  @Override
  public int size() {
    return holders.size();
  }

  @Override
  public int queries() {
    return queries;
  }

  @Override
  public int budget() {
    return budget;
  }

  @Override
  public boolean contains(K id) {
    return held.contains(id);
  }

  @Override
  public List<Slot<K>> slots() {
    List<Slot<K>> slots = new ArrayList<>(size());
    for (int slot = 0; slot < size(); slot++) {
      slots.add(new Slot<>(slot, slot % queries, holders.get(slot).id, slotScores[slot]));
    }
    return slots;
  }

  /**
   * A selected candidate and its whole score row: displaced, it competes for other queries' slots.
   */
  private record Holder<K>(K id, float[] scores) {}
}
