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
 * slots are in falling order. So an arrival that beats the last slot of no query is rejected after
 * M comparisons, and a displaced candidate beats at the latest its query's next slot: it looks at
 * no more than the M - 1 slots between. Of N candidates in random order only about B (1 + ln(N /
 * B)) are ever admitted.
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
    int slot = lowestBeaten(id, scores);
    if (slot == budget || !held.add(id)) {
      return Admission.none();
    }
    return new Admission<>(true, insert(new Holder<>(id, scores.clone()), slot));
  }

  /**
   * The lowest slot whose holder the candidate beats; else the size.
   *
   * <p>Who beats none of M slots in a row beats no slot below them. So this looks at the last M
   * slots, goes down to the lowest slot of a query that is beaten there, and looks at the M slots
   * below that one, until none of them is beaten.
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
    // Most are worse: one comparison settles those.
    return score >= other && (score > other || id.compareTo(holders.get(slot).id) < 0);
  }

  private List<TierChange<K>> insert(Holder<K> arrival, int entry) {
    List<TierChange<K>> changes = new ArrayList<>();
    Holder<K> walker = arrival;
    int from = TierChange.OUTSIDE;
    int slot = entry;
    while (slot < size()) {
      int to = slot < from ? from : tiers.tierOf(slot);
      if (from != to) {
        changes.add(new TierChange<>(walker.id, from, to));
      }
      slotScores[slot] = walker.scores[slot % queries];
      walker = holders.set(slot, walker);
      from = to;
      slot = displaced(walker, slot);
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

  /**
   * Where a displaced candidate goes: to a slot that it beats before its own query's next one, else
   * to that one; the size when there is none.
   *
   * <p>Holders only ever give way to better ones, so slots that were found not beaten stay so. What
   * is found once, and looked for in growing steps, spares a candidate most of the later looks.
   */
  private int displaced(Holder<K> walker, int slot) {
    int own = Math.min(size(), slot + queries);
    if (own <= walker.unbeatenBelow) {
      return own;
    }
    int next = nextBeaten(walker, slot);
    walker.unbeatenBelow = next;
    if (next == own) {
      int ahead = queries;
      while (slot + ahead + queries <= size()
          && nextBeaten(walker, slot + ahead) == slot + ahead + queries) {
        walker.unbeatenBelow = slot + ahead + queries;
        ahead *= 2;
      }
    }
    return next;
  }

  /** The lowest of the M - 1 slots after this one that the candidate beats; else the next slot. */
  private int nextBeaten(Holder<K> walker, int slot) {
    int end = Math.min(size(), slot + queries);
    int round = slot - slot % queries;
    int next = nextBeaten(walker, slot + 1, Math.min(end, round + queries), round);
    return next < round + queries ? next : nextBeaten(walker, next, end, next);
  }

  /**
   * Within one round.
   *
   * @param round its first slot, that of query 0
   */
  private int nextBeaten(Holder<K> walker, int first, int end, int round) {
    float[] scores = walker.scores;
    float[] others = slotScores;
    for (int slot = first; slot < end; slot++) {
      // Said here already, since this loop is where the time goes.
      if (scores[slot - round] >= others[slot] && beats(walker.id, scores[slot - round], slot)) {
        return slot;
      }
    }
    return end;
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
  private static final class Holder<K> {
    private final K id;
    private final float[] scores;

    /**
     * The candidate beats no holder of another query's slot between its own slot and this one; its
     * own slot, or one below, when nothing is known.
     */
    private int unbeatenBelow;

    Holder(K id, float[] scores) {
      this.id = id;
      this.scores = scores;
    }
  }
}
