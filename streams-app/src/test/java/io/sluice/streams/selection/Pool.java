package io.sluice.streams.selection;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Candidates 0 to N-1 with their score rows, and the batch rule read off its definition.
 *
 * @param scores shape [candidates][queries]
 */
record Pool(float[][] scores) {
  /** Scores from a grid of so many values: few values, many ties. */
  static Pool random(RandomGenerator random, int candidates, int queries, int grid) {
    float[][] scores = new float[candidates][queries];
    for (float[] row : scores) {
      for (int q = 0; q < queries; q++) {
        row[q] = (random.nextInt(grid) - grid / 2) / (float) grid;
      }
    }
    return new Pool(scores);
  }

  int size() {
    return scores.length;
  }

  int queries() {
    return scores[0].length;
  }

  List<Integer> ids() {
    List<Integer> ids = new ArrayList<>();
    for (int id = 0; id < scores.length; id++) {
      ids.add(id);
    }
    return ids;
  }

  /** Slot by slot: the best by the slot's query of all that no earlier slot took. */
  List<Slot<Integer>> batch(int budget) {
    List<Slot<Integer>> slots = new ArrayList<>();
    Set<Integer> left = new HashSet<>(ids());
    while (slots.size() < budget && !left.isEmpty()) {
      int query = slots.size() % queries();
      int best =
          left.stream()
              .min(
                  Comparator.<Integer>comparingDouble(id -> -(double) scores[id][query])
                      .thenComparing(Comparator.naturalOrder()))
              .orElseThrow();
      left.remove(best);
      slots.add(new Slot<>(slots.size(), query, best, scores[best][query]));
    }
    return slots;
  }

  List<Integer> batchIds(int budget) {
    return batch(budget).stream().map(Slot::id).toList();
  }

  /** A selection that was offered these candidates in this order. */
  Selection<Integer> offered(List<Integer> arrivals, int budget) {
    Selection<Integer> selection = empty(budget);
    arrivals.forEach(id -> selection.offer(id, scores[id]));
    return selection;
  }

  /** A selection for these queries that was offered nothing yet. */
  Selection<Integer> empty(int budget) {
    return new Algorithm.RoundRobin().emptySelection(queries(), new Tiers(List.of(budget)));
  }
}
