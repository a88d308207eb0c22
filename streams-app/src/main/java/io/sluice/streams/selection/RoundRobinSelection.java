package io.sluice.streams.selection;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Greedy round robin over candidates that arrive one by one.
 *
 * <p>The rule (Nguyen et al., "A Critical Look at Targeted Instruction Selection"): the queries
 * take turns, and each takes the most similar candidate that is not yet taken. Here, slot t belongs
 * to query t mod M, and candidates are ordered by score descending (as numbers: -0.0 equals 0.0),
 * then id ascending.
 *
 * <p>An arrival is compared with the holders of the slots, in ascending order of the slots. Where
 * it beats the holder it takes the slot, and the displaced holder is compared with those of the
 * higher slots in turn. Once all B slots are taken, the candidate that is displaced last is removed
 * permanently. The scores of the holders of one query's slots fall from slot to slot. An arrival
 * that does not beat the last slot of any query is therefore rejected after M comparisons. A
 * displaced candidate beats the holder of its query's next slot, so it is compared with at most the
 * M - 1 holders in between. Of N candidates in random order, only about B (1 + ln(N / B)) are ever
 * admitted.
 *
 * <p>Memory: the score rows of the selected candidates, about {@code 4 B M} bytes.
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
   * Each holder's score for the query of its slot. They are in one array so that comparing a
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
   * Finds the lowest slot whose holder the candidate beats.
   *
   * <p>A candidate that beats none of M successive slots beats no slot below them. The search
   * starts with the last M slots. When the candidate beats one, the search moves to the lowest slot
   * of the same query that it beats and continues with the M slots below that one, until it beats
   * none of them.
   *
   * @return {@link #size} when the candidate beats no holder
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

  /** Finds the lowest beaten slot of a query by bisection, given one that is beaten. */
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
   * Finds the slot that a displaced candidate takes: the lowest slot that it beats before the next
   * slot of the query whose slot it held, or else that next slot.
   *
   * <p>The holder of a slot is only ever replaced by a candidate that beats it. A candidate that
   * does not beat a slot now will therefore not beat it later. The method records for the candidate
   * up to which slot this is known, and looks ahead in steps of doubling length, which saves most
   * comparisons when the candidate is displaced again.
   *
   * @return {@link #size} when the displaced candidate takes none of the existing slots
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
   * The lowest of the M - 1 slots after the given one that the candidate beats. When it beats none
   * of them, the next slot of the same query, or the size if that comes first.
   */
  private int nextBeaten(Holder<K> candidate, int slot) {
    int end = Math.min(size(), slot + queries);
    int round = slot - slot % queries;
    int next = nextBeaten(candidate, slot + 1, Math.min(end, round + queries), round);
    return next < round + queries ? next : nextBeaten(candidate, next, end, next);
  }

  /**
   * The lowest slot that the candidate beats, among slots of one round, in which each query has one
   * slot.
   *
   * @param first the lowest slot to compare with
   * @param end the slot after the highest one
   * @param round the first slot of the round, which belongs to query 0
   * @return {@code end} when the candidate beats none of them
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
  public Set<K> held() {
    return Collections.unmodifiableSet(held);
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
   * A selected candidate with its whole score row, which is needed when the candidate is displaced
   * and compared with the holders of other queries' slots.
   */
  private static final class Holder<K> {
    private final K id;
    private final float[] scores;

    /**
     * The candidate is known to beat no holder of another query's slot between its own slot and
     * this slot. While this is not above its own slot, nothing is known.
     */
    private int unbeatenBelow;

    Holder(K id, float[] scores) {
      this.id = id;
      this.scores = scores;
    }
  }
}
