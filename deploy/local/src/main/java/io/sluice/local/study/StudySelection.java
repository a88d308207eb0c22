package io.sluice.local.study;

import io.sluice.streams.selection.Algorithm;
import io.sluice.streams.selection.Quantiles;
import io.sluice.streams.selection.Selection;
import io.sluice.streams.transport.KnnKde;
import io.sluice.streams.transport.Masses;
import io.sluice.streams.transport.Neighbours;
import io.sluice.streams.transport.PoolAlgorithm;
import io.sluice.streams.transport.PoolScores;
import io.sluice.streams.transport.UnbalancedTransport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Selects the subsets of all cells of a study, and measures how far each candidate is from the
 * queries. Used by one thread.
 */
public final class StudySelection {
  /** The algorithm whose ranking is cut into slices, as in the published study. */
  static final String ROUND_ROBIN = "round-robin";

  private final StudyPlan plan;
  private final StudyPool pool;
  private final Similarities similarities;
  private final Map<StudyCell, List<Integer>> subsets = new HashMap<>();
  private final Map<String, Map<String, double[]>> distances = new HashMap<>();

  private StudySelection(StudyPlan plan, StudyPool pool, Similarities similarities) {
    this.plan = plan;
    this.pool = pool;
    this.similarities = similarities;
  }

  /**
   * Selects all subsets.
   *
   * @param similarities of exactly the candidates of the pool and the tasks of the plan
   * @param progress called once for each task and representation
   * @throws IOException when similarities cannot be read
   * @throws IllegalArgumentException when the pool is too small for the plan
   */
  public static StudySubsets select(
      StudyPlan plan, StudyPool pool, Similarities similarities, Runnable progress)
      throws IOException {
    plan.requirePool(pool.size());
    StudySelection selection = new StudySelection(plan, pool, similarities);
    for (String task : plan.tasks()) {
      selection.drawRandom(task);
      for (String representation : plan.representations()) {
        selection.select(representation, task);
        progress.run();
      }
    }
    return new StudySubsets(selection.subsets, selection.distances);
  }

  private void drawRandom(String task) {
    float[][] noScores = new float[1][pool.size()];
    for (int seed = 0; seed < plan.seeds(); seed++) {
      List<Integer> drawn = oneByOne(new Algorithm.Random(seed), noScores, plan.largestBudget());
      for (int budget : plan.budgets()) {
        subsets.put(new StudyCell(task, StudyArm.RANDOM, budget, seed), drawn.subList(0, budget));
      }
    }
  }

  private void select(String representation, String task) throws IOException {
    float[][] scores = similarities.scores(representation, task);
    distances.computeIfAbsent(representation, name -> new HashMap<>()).put(task, nearest(scores));
    for (String algorithm : plan.algorithms()) {
      List<Integer> ranking = rank(algorithm, representation, scores, plan.largestBudget());
      for (int budget : plan.budgets()) {
        plan.cells(task, new StudyArm.Selected(representation, algorithm), budget)
            .forEach(cell -> subsets.put(cell, ranking.subList(0, budget)));
      }
    }
    if (plan.slices().number() > 0) {
      cut(representation, task, scores);
    }
  }

  private void cut(String representation, String task, float[][] scores) {
    List<Integer> ranking = oneByOne(new Algorithm.RoundRobin(), scores, pool.size());
    List<List<Integer>> slices = Quantiles.of(ranking, plan.slices().number());
    List<StudyArm> arms = plan.slicesOf(representation);
    for (int i = 0; i < arms.size(); i++) {
      List<Integer> first = new ArrayList<>(slices.get(i).subList(0, plan.slices().first()));
      plan.cells(task, arms.get(i), plan.slices().first())
          .forEach(cell -> subsets.put(cell, first));
    }
  }

  private List<Integer> rank(String name, String representation, float[][] scores, int budget)
      throws IOException {
    Optional<PoolAlgorithm> ofPool = PoolAlgorithm.named(name);
    if (ofPool.isEmpty()) {
      return oneByOne(Algorithm.parse(name), scores, budget);
    }
    PoolScores all = new PoolScores(scores);
    return Masses.ranked(
        switch (ofPool.get()) {
          case UOT -> UnbalancedTransport.masses(all, rows -> {});
          case KNN_KDE -> {
            Neighbours neighbours = KnnKde.neighbours(all);
            yield KnnKde.probabilities(
                all,
                neighbours,
                similarities.between(representation, neighbours.candidates()),
                points -> {});
          }
        },
        budget);
  }

  /** By id and not by position, as in a running system. */
  private List<Integer> oneByOne(Algorithm algorithm, float[][] scores, int budget) {
    Selection<PooledId> selection = algorithm.emptySelection(scores.length, budget);
    float[] row = new float[scores.length];
    for (int candidate = 0; candidate < pool.size(); candidate++) {
      for (int query = 0; query < row.length; query++) {
        row[query] = scores[query][candidate];
      }
      selection.offer(new PooledId(pool.ids().get(candidate), candidate), row);
    }
    return selection.prefix(budget).stream().map(PooledId::position).toList();
  }

  /** An id with its position in the pool. */
  private record PooledId(String id, int position) implements Comparable<PooledId> {
    /** The ids of the pool ascend. */
    @Override
    public int compareTo(PooledId other) {
      return Integer.compare(position, other.position);
    }

    /** What random subsets are drawn by. */
    @Override
    public String toString() {
      return id;
    }
  }

  /** For each candidate, 1 - the score for the query to which it is most similar. */
  private static double[] nearest(float[][] scores) {
    double[] nearest = new double[scores[0].length];
    for (int candidate = 0; candidate < nearest.length; candidate++) {
      float best = Float.NEGATIVE_INFINITY;
      for (float[] row : scores) {
        best = Math.max(best, row[candidate]);
      }
      nearest[candidate] = 1.0 - best;
    }
    return nearest;
  }
}
