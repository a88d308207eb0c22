package io.sluice.streams.selection;

import io.sluice.streams.selection.NearestCandidates.Neighbour;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The candidates that are among the nearest of the most queries.
 *
 * <p>The rule (Liu et al., "TSDS", in the form of Nguyen et al., "A Critical Look at Targeted
 * Instruction Selection"): the K nearest candidates of each query get a probability of 1 / (K M)
 * each, with K by the {@link StoppingRule} over the L nearest. Candidates are ranked by their sum
 * of probabilities, which is proportional to the number of queries that have them among their K
 * nearest, and then by id.
 *
 * <p>K and all ranks are functions of the L nearest of each query, so these lists are the state,
 * and each can be merged from those of shards. K moves as candidates arrive; nothing is kept of it.
 * Candidates that are near no query have no probability, and follow in the order of their ids. For
 * these, the selection also keeps as many of the lowest ids as the budget: of the candidates with
 * the lowest ids, only those can be missing from this rest that have a probability and therefore
 * come before it.
 *
 * <p>Memory: up to L entries per query, and an entry for each candidate in any of the lists. The
 * selection changes with nearly every arrival near a query, and {@link #slots} computes it anew:
 * O(M L log L).
 *
 * @param <K> candidate ids, ordered consistently with equals
 */
final class KnnUniformSelection<K extends Comparable<? super K>> implements Selection<K> {
  private final Shape shape;
  private final List<NearestCandidates<K>> nearest = new ArrayList<>();

  /** The lowest ids offered, as many as the budget. */
  private final TreeSet<K> lowest = new TreeSet<>();

  private final Map<K, Held<K>> held = new HashMap<>();

  /**
   * Creates an empty selection.
   *
   * @param most L, the most neighbours of a query that share its probability, at least 1
   */
  KnnUniformSelection(Shape shape, int most) {
    this.shape = shape;
    for (int query = 0; query < shape.queries(); query++) {
      nearest.add(new NearestCandidates<>(most));
    }
  }

  @Override
  public boolean offer(K id, float[] scores) {
    shape.check(id, scores);
    if (held.containsKey(id)) {
      return false;
    }
    Held<K> arrival = new Held<>(id, scores);
    for (int query = 0; query < scores.length; query++) {
      float distance = 1 - scores[query];
      if (nearest.get(query).admits(distance, id)) {
        arrival.lists++;
        nearest.get(query).add(distance, id).ifPresent(this::release);
      }
    }
    if (lowest.size() < shape.budget() || id.compareTo(lowest.last()) < 0) {
      arrival.lists++;
      lowest.add(id);
      if (lowest.size() > shape.budget()) {
        release(lowest.pollLast());
      }
    }
    if (arrival.lists == 0) {
      return false;
    }
    held.put(id, arrival);
    return true;
  }

  /** Records that a candidate has left one of the lists, and forgets it after the last one. */
  private void release(K id) {
    Held<K> candidate = held.get(id);
    candidate.lists--;
    if (candidate.lists == 0) {
      held.remove(id);
    }
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
    return lowest.size();
  }

  @Override
  public Set<K> held() {
    return Collections.unmodifiableSet(held.keySet());
  }

  @Override
  public List<Slot<K>> slots() {
    countNeighbourhoods();
    List<List<Held<K>>> byCount = new ArrayList<>();
    for (int count = 0; count <= queries(); count++) {
      byCount.add(new ArrayList<>());
    }
    held.values().forEach(candidate -> byCount.get(candidate.neighbourOf).add(candidate));
    List<Slot<K>> slots = new ArrayList<>(size());
    // Only as many candidates are sorted as have a slot: sorting all takes longer than the rest.
    for (int count = queries(); count >= 0 && slots.size() < size(); count--) {
      byCount.get(count).stream()
          .sorted(Comparator.comparing(Held::id))
          .limit(size() - slots.size())
          .forEach(candidate -> slots.add(candidate.inSlot(slots.size())));
    }
    return slots;
  }

  /** Counts for each candidate held the queries that have it among their K nearest. */
  private void countNeighbourhoods() {
    held.values().forEach(candidate -> candidate.neighbourOf = 0);
    List<List<Neighbour<K>>> lists = nearest.stream().map(NearestCandidates::sorted).toList();
    double[] distances = new double[lists.get(0).size()];
    for (List<Neighbour<K>> list : lists) {
      for (int k = 0; k < distances.length; k++) {
        distances[k] += list.get(k).distance();
      }
    }
    int neighbours = StoppingRule.neighbours(distances, queries());
    for (List<Neighbour<K>> list : lists) {
      list.subList(0, neighbours).forEach(near -> held.get(near.id()).neighbourOf++);
    }
  }

  /** A candidate in at least one of the lists, without its score row. */
  private static final class Held<K> {
    private final K id;
    private final int query;
    private final float score;

    /** The number of lists that have the candidate: of queries, and of the lowest ids. */
    private int lists;

    /** As of the last time when the slots were computed. */
    private int neighbourOf;

    Held(K id, float[] scores) {
      this.id = id;
      this.query = Shape.indexOfHighest(scores);
      this.score = scores[query];
    }

    K id() {
      return id;
    }

    Slot<K> inSlot(int slot) {
      return new Slot<>(slot, query, id, score, neighbourOf);
    }
  }
}
