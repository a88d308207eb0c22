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
 * <p>An arrival is compared with the holders of the slots, in ascending order of the slots. Where
 * it beats the holder it takes the slot, and the displaced holder is compared with those of the
 * higher slots in turn. The candidate that is displaced last leaves for good once all B slots are
 * taken. Scores of the holders of one query's slots fall from slot to slot. So an arrival that
 * beats the last slot of no query is rejected after M comparisons, and a displaced candidate beats
 * at the latest its query's next slot: it is compared with no more than the M - 1 holders between.
 * Of N candidates in random order only about B (1 + ln(N / B)) are ever admitted.
 *
 * <p>Memory: the score rows of the selected, about {@code 4 B M} bytes.
 *
 * @param <K> candidate ids, ordered consistently with equals
 */
final class RoundRobinSelection<K extends Comparable<? super K>> implements Selection<K> {
  private static final int INITIAL_CAPACITY = 64;

  private final Shape shape;
  private final int queries;
  private final int budget;

  /** The candidate of each slot, in slot order. */
  private final List<Holder<K>> holders = new ArrayList<>();

  /**
   * Each holder's score for its slot's query. They are kept beside each other so that comparing a
   * candidate with many holders reads memory sequentially.
   */
  private float[] slotScores = new float[INITIAL_CAPACITY];

  private final Set<K> held = new HashSet<>();

  RoundRobinSelection(Shape shape) {
    this.shape = shape;
    this.queries = shape.queries();
    this.budget = shape.budget();
  }

  @Override
  public boolean offer(K id, float[] scores) {
    shape.check(id, scores);
    int slot = lowestBeaten(id, scores);
    if (slot == budget || !held.add(id)) {
      return false;
    }
    insert(new Holder<>(id, scores.clone()), slot);
    return true;
  }

  /**
   * The lowest slot whose holder the candidate beats; the size when it beats none.
   *
   * <p>A candidate that beats none of M successive slots beats no slot below them. So this compares
   * it with the last M slots, goes down to the lowest beaten slot of a query that is beaten there,
   * and compares it with the M slots below that one, until none of them is beaten.
   */
  private int lowestBeaten(K id, float[] scores) {
    int lowest = size();
    int slot = lowest;
    int query = lowest % queries;
    while (slot > Math.max(0, lowest - queries)) {
      slot--;
      query = (query == 0 ? queries : query) - 1;
      if (beats(id, scores[query], slot)) {
        lowest = lowestBeatenOfQuery(id, scores[query], slot);
        slot = lowest;
      }
    }
    return lowest;
  }

  /** Bisects the slots of one query, given one of them that is beaten. */
  private int lowestBeatenOfQuery(K id, float score, int beaten) {
    int round = beaten / queries;
    int least = 0;
    while (least < round) {
      int middle = (least + round) / 2;
      if (beats(id, score, beaten % queries + middle * queries)) {
        round = middle;
      } else {
        least = middle + 1;
      }
    }
    return beaten % queries + round * queries;
  }

  private boolean beats(K id, float score, int slot) {
    float other = slotScores[slot];
    // Most candidates score lower than the holder, and need no second comparison.
    return score >= other && (score > other || id.compareTo(holders.get(slot).id) < 0);
  }

  private void insert(Holder<K> arrival, int lowestBeaten) {
    Holder<K> candidate = arrival;
    int slot = lowestBeaten;
    while (slot < size()) {
      slotScores[slot] = candidate.scores[slot % queries];
      candidate = holders.set(slot, candidate);
      slot = nextSlot(candidate, slot);
    }
    if (size() < budget) {
      append(candidate);
    } else {
      held.remove(candidate.id);
    }
  }

  /**
   * The slot that a displaced candidate takes: the lowest one that it beats before the next slot of
   * the query whose slot it held, else that next slot; the size when there is none.
   *
   * <p>A slot's holder is only ever replaced by one that beats it, so a slot that a candidate does
   * not beat, it will not beat later either. This remembers up to which slot that is known of the
   * candidate, and looks ahead in steps that double, which saves most comparisons when the
   * candidate is displaced again.
   */
  private int nextSlot(Holder<K> displaced, int slot) {
    int own = Math.min(size(), slot + queries);
    if (own <= displaced.unbeatenBelow) {
      return own;
    }
    int next = nextBeaten(displaced, slot);
    displaced.unbeatenBelow = next;
    if (next == own) {
      int ahead = queries;
      while (slot + ahead + queries <= size()
          && nextBeaten(displaced, slot + ahead) == slot + ahead + queries) {
        displaced.unbeatenBelow = slot + ahead + queries;
        ahead *= 2;
      }
    }
    return next;
  }

  /**
   * The lowest of the M - 1 slots after this one that the candidate beats; when it beats none, the
   * next slot of the same query, or the size.
   */
  private int nextBeaten(Holder<K> candidate, int slot) {
    int end = Math.min(size(), slot + queries);
    int round = slot - slot % queries;
    int next = nextBeaten(candidate, slot + 1, Math.min(end, round + queries), round);
    return next < round + queries ? next : nextBeaten(candidate, next, end, next);
  }

  /**
   * The lowest slot that the candidate beats, of slots within one round of the queries.
   *
   * @param first the lowest slot to compare with
   * @param end the slot after the highest one
   * @param round the first slot of the round, which belongs to query 0
   * @return {@code end} when it beats none
   */
  private int nextBeaten(Holder<K> candidate, int first, int end, int round) {
    float[] scores = candidate.scores;
    float[] others = slotScores;
    for (int slot = first; slot < end; slot++) {
      // Repeats the first comparison of beats(), with the arrays in local variables, because
      // admissions spend most of their time in this loop and most iterations need nothing else.
      if (scores[slot - round] >= others[slot] && beats(candidate.id, scores[slot - round], slot)) {
        return slot;
      }
    }
    return end;
  }

  private void append(Holder<K> candidate) {
    int slot = size();
    if (slot == slotScores.length) {
      slotScores = Arrays.copyOf(slotScores, 2 * slot);
    }
    slotScores[slot] = candidate.scores[slot % queries];
    holders.add(candidate);
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
   * A selected candidate and its whole score row, which it needs when it is displaced and is
   * compared with the holders of other queries' slots.
   */
  private static final class Holder<K> {
    private final K id;
    private final float[] scores;

    /**
     * The candidate is known to beat no holder of another query's slot between its own slot and
     * this one. Nothing is known while this is not above its own slot.
     */
    private int unbeatenBelow;

    Holder(K id, float[] scores) {
      this.id = id;
      this.scores = scores;
    }
  }
}
