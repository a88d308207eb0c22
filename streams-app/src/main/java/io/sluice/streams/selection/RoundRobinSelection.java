package io.sluice.streams.selection;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Greedy round robin over candidates that arrive one by one, always equal to the batch rule over
 * all that were offered.
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
 * <p>Selections merge: offering what the selections of any shards hold to another selection of the
 * same budget gives the selection of all that the shards were offered, in any order and with
 * repeats.
 *
 * <p>Nothing can be taken back. When a candidate is retracted, a score changes or the budget grows,
 * make a new selection and offer it all stored score rows again: a candidate that was rejected
 * before may belong to the selection now, and this class does not remember it.
 *
 * <p>Memory: the score rows of the selected, about {@code 4 B M} bytes. Not thread-safe.
 *
 * @param <K> candidate ids, ordered consistently with equals
 */
public final class RoundRobinSelection<K extends Comparable<? super K>> {
  private static final int INITIAL_CAPACITY = 64;

  private final int queries;
  private final int budget;

  /** Who holds each slot. */
  private final List<Holder<K>> holders = new ArrayList<>();

  /**
   * Each holder's score by its slot's query: beside each other, so that a walk reads memory once.
   */
  private float[] slotScores = new float[INITIAL_CAPACITY];

  private final Set<K> held = new HashSet<>();

  /**
   * An empty selection.
   *
   * @param queries M, size of the query set, at least 1
   * @param budget B, candidates to select at most, at least 1
   * @throws IllegalArgumentException when either is below 1
   */
  public RoundRobinSelection(int queries, int budget) {
    if (queries < 1) {
      throw new IllegalArgumentException(
          queries + " queries: a selection needs at least one query");
    }
    if (budget < 1) {
      throw new IllegalArgumentException(
          "budget " + budget + ": a budget is a number of examples, at least 1");
    }
    this.queries = queries;
    this.budget = budget;
  }

  /**
   * Offers a candidate. An id that is already held changes nothing: its first score row counts.
   *
   * @param id the candidate
   * @param scores its similarity to each query, shape [queries], all finite; copied if kept
   * @return what changed
   * @throws IllegalArgumentException when the row's length is not the number of queries or a score
   *     is not finite; nothing has changed then
   */
  public Admission<K> offer(K id, float[] scores) {
    check(id, scores);
    if (size() == budget && !beatsLastSlotOfAnyQuery(id, scores) || !held.add(id)) {
      return Admission.none();
    }
    return new Admission<>(insert(new Holder<>(id, scores.clone())));
  }

  private void check(K id, float[] scores) {
    if (scores.length != queries) {
      throw new IllegalArgumentException(
          "candidate " + id + " has " + scores.length + " scores for " + queries + " queries");
    }
    for (int query = 0; query < queries; query++) {
      if (!Float.isFinite(scores[query])) {
        throw new IllegalArgumentException(
            "candidate " + id + ", query " + query + ": the score is " + scores[query]);
      }
    }
  }

  /** The last slots of the queries are the last M slots; with B below M some queries have none. */
  private boolean beatsLastSlotOfAnyQuery(K id, float[] scores) {
    return nextBeaten(id, scores, Math.max(0, budget - queries)) < budget;
  }

  private List<Move<K>> insert(Holder<K> arrival) {
    List<Move<K>> moves = new ArrayList<>();
    Holder<K> walker = arrival;
    int from = Move.OUTSIDE;
    int slot = nextBeaten(walker.id, walker.scores, 0);
    while (slot < size()) {
      moves.add(new Move<>(walker.id, from, slot));
      slotScores[slot] = walker.scores[slot % queries];
      walker = holders.set(slot, walker);
      from = slot;
      slot = nextBeaten(walker.id, walker.scores, slot + 1);
    }
    if (size() < budget) {
      moves.add(new Move<>(walker.id, from, slot));
      append(walker);
    } else {
      moves.add(new Move<>(walker.id, from, Move.OUTSIDE));
      held.remove(walker.id);
    }
    return moves;
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

  /** Candidates selected: the number offered, up to the budget. */
  public int size() {
    return holders.size();
  }

  /** M, the length of a score row. */
  public int queries() {
    return queries;
  }

  /** B, how many candidates can be selected. */
  public int budget() {
    return budget;
  }

  /** Whether the candidate is selected. */
  public boolean contains(K id) {
    return held.contains(id);
  }

  /** A copy of the whole selection, in selection order. */
  public List<Slot<K>> slots() {
    List<Slot<K>> slots = new ArrayList<>(size());
    for (int slot = 0; slot < size(); slot++) {
      slots.add(new Slot<>(slot, slot % queries, holders.get(slot).id, slotScores[slot]));
    }
    return slots;
  }

  /**
   * The subset of a smaller budget.
   *
   * @param smaller 1 to {@link #budget}
   * @return the selected ids in selection order, at most {@code smaller}
   * @throws IllegalArgumentException when the budget is below 1 or above this selection's
   */
  public List<K> prefix(int smaller) {
    if (smaller < 1 || smaller > budget) {
      throw new IllegalArgumentException(
          "budget " + smaller + ": this selection holds the budgets 1 to " + budget);
    }
    return holders.stream().limit(smaller).map(Holder::id).toList();
  }

  /**
   * A selected candidate and its whole score row: displaced, it competes for other queries' slots.
   */
  private record Holder<K>(K id, float[] scores) {}
}
