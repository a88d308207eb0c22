package io.sluice.streams.selection;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Why a candidate has its slot in a selection, or none: where it lost, to whom and by how much.
 *
 * <p>A candidate loses a slot to its holder if the holder comes first by what the algorithm
 * compares for that slot, and then by key. A selected candidate has lost every slot before its own,
 * and one that is not selected has lost all of them: otherwise the selection is not the one of a
 * pool with this candidate.
 *
 * @param held the slot that the candidate holds; empty when it is not selected
 * @param lost where it lost; in round robin an entry for each query that has slots which it lost,
 *     in query order, otherwise at most one entry
 * @param won the lowest slot before its own that it should have had instead of the holder; empty in
 *     a selection of a pool with this candidate
 */
public record Standing(Optional<Slot<String>> held, List<Lost> lost, Optional<Slot<String>> won) {
  /** Keeps an immutable copy of the list. */
  public Standing {
    lost = List.copyOf(lost);
  }

  /**
   * A candidate as the algorithm sees it.
   *
   * @param key its id, or its content if contents count once
   * @param scores its similarity to each query
   * @param neighbourOf the number of queries that have it among their K nearest; only KNN-uniform
   *     compares it
   */
  public record Contender(String key, float[] scores, int neighbourOf) {
    private int best() {
      int best = 0;
      for (int query = 1; query < scores.length; query++) {
        if (scores[query] > scores[best]) {
          best = query;
        }
      }
      return best;
    }
  }

  /**
   * Slots that a candidate lost.
   *
   * @param query the query to which they belong; if slots belong to no query, the one to which the
   *     candidate is most similar
   * @param slots how many
   * @param closest the last one of them, which was the easiest to get
   * @param by how much more its holder has of what is compared: similarity, or in KNN-uniform
   *     queries; 0 when the key decided, as it always does in a random selection
   */
  public record Lost(int query, int slots, Slot<String> closest, double by) {}

  /**
   * Compares a candidate with the holders of a selection.
   *
   * @param slots the selection, in selection order, with keys as ids
   */
  public static Standing of(Algorithm algorithm, List<Slot<String>> slots, Contender candidate) {
    Optional<Slot<String>> held =
        slots.stream().filter(slot -> slot.id().equals(candidate.key)).findFirst();
    List<Slot<String>> before = slots.subList(0, held.map(Slot::slot).orElse(slots.size()));
    Contest contest = contest(algorithm, candidate);
    Optional<Slot<String>> won =
        before.stream().filter(slot -> contest.compare(slot) > 0).findFirst();
    List<Lost> lost = new ArrayList<>();
    if (algorithm instanceof Algorithm.RoundRobin) {
      for (int query = 0; query < candidate.scores.length; query++) {
        int of = query;
        lost(before.stream().filter(slot -> slot.query() == of).toList(), query, contest)
            .ifPresent(lost::add);
      }
    } else {
      lost(before, candidate.best(), contest).ifPresent(lost::add);
    }
    return new Standing(held, lost, won);
  }

  private static Optional<Lost> lost(List<Slot<String>> slots, int query, Contest contest) {
    List<Slot<String>> lost = slots.stream().filter(slot -> contest.compare(slot) < 0).toList();
    if (lost.isEmpty()) {
      return Optional.empty();
    }
    Slot<String> closest = lost.get(lost.size() - 1);
    return Optional.of(new Lost(query, lost.size(), closest, contest.by(closest)));
  }

  /** What decides whether a candidate or the holder of a slot comes first. */
  private interface Contest {
    /** How much more the holder has of what is compared before the key. */
    double by(Slot<String> slot);

    /** Negative if the holder comes first by the key, positive if the candidate does. */
    int compareKeys(String holder);

    /** Negative if the holder comes first, positive if the candidate does. */
    default int compare(Slot<String> slot) {
      double by = by(slot);
      return by == 0 ? compareKeys(slot.id()) : (int) -Math.signum(by);
    }
  }

  private static Contest contest(Algorithm algorithm, Contender candidate) {
    if (algorithm instanceof Algorithm.Random random) {
      IdHash hash = new IdHash(random.seed());
      Comparator<String> order = Comparator.comparingLong(hash::of);
      return contest(slot -> 0, order, candidate.key);
    }
    Comparator<String> order = Comparator.naturalOrder();
    if (algorithm instanceof Algorithm.RoundRobin) {
      return contest(
          slot -> (double) slot.score() - candidate.scores[slot.query()], order, candidate.key);
    } else if (algorithm instanceof Algorithm.DoublyGreedy) {
      float best = candidate.scores[candidate.best()];
      return contest(slot -> (double) slot.score() - best, order, candidate.key);
    }
    return contest(slot -> slot.neighbourOf() - candidate.neighbourOf, order, candidate.key);
  }

  private static Contest contest(
      java.util.function.ToDoubleFunction<Slot<String>> by, Comparator<String> order, String key) {
    return new Contest() {
      @Override
      public double by(Slot<String> slot) {
        return by.applyAsDouble(slot);
      }

      @Override
      public int compareKeys(String holder) {
        return order.compare(holder, key);
      }
    };
  }
}
