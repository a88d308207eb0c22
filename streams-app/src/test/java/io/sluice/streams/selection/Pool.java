package io.sluice.streams.selection;

import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Candidates 0 to N-1 with their score rows, and the algorithm that selects from them.
 *
 * @param scores shape [candidates][queries]
 */
record Pool(Algorithm algorithm, float[][] scores) {
  /**
   * Creates a pool with random scores.
   *
   * @param grid number of different scores, zeros of both signs counting as one; a small number
   *     gives many ties
   * @param scale the difference between the highest and the lowest score, about
   */
  static Pool random(
      Algorithm algorithm,
      RandomGenerator random,
      int candidates,
      int queries,
      int grid,
      int scale) {
    float[][] scores = new float[candidates][queries];
    for (float[] row : scores) {
      for (int q = 0; q < queries; q++) {
        float score = scale * (random.nextInt(grid) - grid / 2) / (float) grid;
        row[q] = score == 0 && random.nextBoolean() ? -0f : score;
      }
    }
    return new Pool(algorithm, scores);
  }

  int size() {
    return scores.length;
  }

  List<Integer> ids() {
    return IntStream.range(0, size()).boxed().toList();
  }

  /** The batch selection from all candidates. */
  List<Slot<Integer>> batch(int budget) {
    return BatchRule.select(algorithm, scores, ids(), budget);
  }

  List<Integer> batchIds(int budget) {
    return batch(budget).stream().map(Slot::id).toList();
  }

  /** The batch selection from some of the candidates. */
  List<Slot<Integer>> batchOf(Set<Integer> some, int budget) {
    return BatchRule.select(algorithm, scores, List.copyOf(some), budget);
  }

  List<Integer> batchIdsOf(Set<Integer> some, int budget) {
    return batchOf(some, budget).stream().map(Slot::id).toList();
  }

  /** An empty incremental selection. */
  Selection<Integer> empty(int budget) {
    return algorithm.emptySelection(scores[0].length, budget);
  }

  /** An incremental selection to which these candidates were offered in this order. */
  Selection<Integer> offered(List<Integer> arrivals, int budget) {
    Selection<Integer> selection = empty(budget);
    arrivals.forEach(id -> selection.offer(id, scores[id]));
    return selection;
  }
}
