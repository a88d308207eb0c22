package io.sluice.streams.transport;

import io.sluice.streams.selection.StoppingRule;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.IntConsumer;

/**
 * KNN-KDE: the probability of each query is spread over its nearest candidates as in KNN-uniform,
 * but a candidate in a crowd of similar ones gets less, so that near copies share what one of them
 * would get.
 *
 * <p>The rule (Liu et al., "TSDS: Data Selection for Task-Specific Model Finetuning", with the
 * parameters of Nguyen et al.): the neighbours of a query get 1 / (s M density) each, the nearest
 * ones first, until they have its 1/M together; the next one gets the rest. The smaller s is, the
 * fewer neighbours share. s grows from neighbour to neighbour until the {@link StoppingRule} is
 * reached, or the neighbours end. The density at a candidate counts those candidates alone that are
 * a neighbour of some query.
 */
public final class KnnKde {
  private static final int MOST_NEIGHBOURS = 5_000;
  private static final int MOST_CLOSE = 1_000;

  /** Neighbours, and points that count in a density, are at most this share of the pool. */
  private static final int SHARE = 10;

  /** Below this number of candidates a query has no second neighbour. */
  private static final int LEAST_CANDIDATES = 2 * SHARE;

  private final Neighbours neighbours;
  private final PoolScores scores;
  private final double[] densities;

  /** The number of the last neighbour of each query that has its full share, from 0. */
  private final int[] last;

  /** The sum of 1 / density up to and including that neighbour. */
  private final double[] reached;

  private KnnKde(PoolScores scores, Neighbours neighbours, double[] densities) {
    this.scores = scores;
    this.neighbours = neighbours;
    this.densities = densities;
    this.last = new int[scores.queries()];
    this.reached = new double[scores.queries()];
  }

  /**
   * Finds the neighbours of each query that may get a share.
   *
   * @throws IllegalArgumentException when the pool has fewer than 20 candidates
   */
  public static Neighbours neighbours(PoolScores scores) {
    int candidates = scores.candidates();
    if (candidates < LEAST_CANDIDATES) {
      throw new IllegalArgumentException(
          "knn-kde spreads each query over a tenth of the candidates, and needs at least %d of them, not %d"
              .formatted(LEAST_CANDIDATES, candidates));
    }
    return Neighbours.of(scores, Math.min(MOST_NEIGHBOURS, candidates / SHARE));
  }

  /**
   * The probability of each candidate.
   *
   * @param neighbours from {@link #neighbours}
   * @param points the similarities of the {@link Neighbours#candidates} to each other, in that
   *     order
   * @param progress called with numbers of points whose density is computed, in any thread
   * @return shape [candidates], sum 1 up to rounding
   * @throws IllegalArgumentException when the density at a candidate is not above 0 and finite,
   *     because its vectors are far from unit length
   */
  public static double[] probabilities(
      PoolScores scores, Neighbours neighbours, PointSimilarities points, IntConsumer progress) {
    int[] candidates = neighbours.candidates();
    double[] ofPoints =
        Density.of(points, Math.min(MOST_CLOSE, scores.candidates() / SHARE), progress);
    double[] densities = new double[scores.candidates()];
    for (int point = 0; point < candidates.length; point++) {
      if (!(ofPoints[point] > 0)) {
        throw new IllegalArgumentException(
            "candidate %d: the density is %s; its vectors must have a length of 1 at each checkpoint, and the weights the sum 1"
                .formatted(candidates[point], ofPoints[point]));
      }
      densities[candidates[point]] = ofPoints[point];
    }
    return new KnnKde(scores, neighbours, densities).spread();
  }

  private double[] spread() {
    double size = size();
    double[] probabilities = new double[scores.candidates()];
    for (int query = 0; query < last.length; query++) {
      for (int k = 0; k <= last[query]; k++) {
        probabilities[candidate(query, k)] += share(query, k) / (last.length * size);
      }
      // Exactly 0 where the sum of the shares is s: a rest of rounding would be a rank.
      probabilities[candidate(query, last[query] + 1)] +=
          Math.max(0, size - reached[query]) / (last.length * size);
    }
    return probabilities;
  }

  /** Finds s, and sets how far the full shares of each query go. */
  private double size() {
    PriorityQueue<Step> steps =
        new PriorityQueue<>(
            Comparator.comparingDouble(Step::size)
                .thenComparing(Step::neighbour)
                .thenComparing(Step::query));
    double[] weighted = new double[last.length];
    double[] moved = new double[last.length];
    for (int query = 0; query < last.length; query++) {
      steps.add(new Step(share(query, 0), 0, query));
      reached[query] = share(query, 0);
      weighted[query] = distance(query, 0) * share(query, 0);
    }
    int neighbourCount = neighbours.indices()[0].length;
    double movedTogether = 0;
    double size = 0;
    while (!steps.isEmpty()) {
      Step step = steps.remove();
      size = step.size;
      int query = step.query;
      int next = step.neighbour + 1;
      movedTogether -= moved[query];
      moved[query] = distance(query, next) * size - weighted[query];
      movedTogether += moved[query];
      if (StoppingRule.isReached(movedTogether, last.length)) {
        break;
      }
      last[query] = step.neighbour;
      reached[query] = size;
      if (next < neighbourCount - 1) {
        steps.add(new Step(size + share(query, next), next, query));
        weighted[query] += distance(query, next) * share(query, next);
      }
    }
    return size;
  }

  private int candidate(int query, int neighbour) {
    return neighbours.indices()[query][neighbour];
  }

  private double distance(int query, int neighbour) {
    return 1 - scores.rows()[query][candidate(query, neighbour)];
  }

  private double share(int query, int neighbour) {
    return 1 / densities[candidate(query, neighbour)];
  }

  /**
   * A neighbour of a query up to which the query's shares may go.
   *
   * @param size the sum of the shares up to and including it, which is s if they end there
   */
  private record Step(double size, int neighbour, int query) {}
}
