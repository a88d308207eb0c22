package io.sluice.local.study;

import io.sluice.streams.transport.PointSimilarities;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** A study of synthetic scores and losses: two tasks, two representations. */
final class SmallStudy {
  static final int CANDIDATES = 40;
  static final int QUERIES = 3;

  private SmallStudy() {}

  static StudyPlan plan() {
    return new StudyPlan(
        List.of("maths", "code"),
        List.of("gradient", "embedding"),
        List.of("round-robin", "doubly-greedy", "knn-uniform", "knn-kde", "uot"),
        List.of(4, 8),
        2,
        new StudyPlan.Slices(5, 4));
  }

  /** The first half of the candidates comes from {@code books}, the second from {@code web}. */
  static StudyPool pool() {
    return new StudyPool(
        IntStream.range(0, CANDIDATES).mapToObj("c%02d"::formatted).toList(),
        IntStream.range(0, CANDIDATES)
            .mapToObj(i -> i < CANDIDATES / 2 ? "books" : "web")
            .toList());
  }

  /** Random vectors, another set for each representation and task. */
  static Similarities similarities() {
    return new Similarities() {
      @Override
      public float[][] scores(String representation, String task) {
        Random random = new Random(representation.hashCode() + task.hashCode());
        float[][] scores = new float[QUERIES][CANDIDATES];
        for (float[] row : scores) {
          for (int i = 0; i < row.length; i++) {
            row[i] = 2 * random.nextFloat() - 1;
          }
        }
        return scores;
      }

      @Override
      public PointSimilarities between(String representation, int[] candidates) {
        return new PointSimilarities() {
          @Override
          public int size() {
            return candidates.length;
          }

          @Override
          public void compute(int from, double[][] rows) {
            for (int r = 0; r < rows.length; r++) {
              for (int i = 0; i < candidates.length; i++) {
                rows[r][i] = i == from + r ? 1 : 0;
              }
            }
          }
        };
      }
    };
  }

  /**
   * Losses that are 2 without training and the lower, the nearer the subset is in the gradient
   * representation; those on the held-out examples of maths do not depend on it, and code has none.
   */
  static StudyResults results() throws IOException {
    StudyPlan plan = plan();
    StudySubsets subsets = StudySelection.select(plan, pool(), similarities(), () -> {});
    Map<StudyCell, CellLosses> losses = new HashMap<>();
    for (StudyCell cell : plan.cells()) {
      double level = cell.arm().equals(StudyArm.NONE) ? 2 : 1 + subsets.distance("gradient", cell);
      List<Double> heldOut =
          cell.task().equals("maths")
              ? List.of(1.0 + cell.seed() * 0.125, 3.0, 2.0 - cell.seed() * 0.125)
              : List.of();
      losses.put(
          cell, new CellLosses(List.of(level, level + 0.5, level - 0.25 * cell.seed()), heldOut));
    }
    return new StudyResults(plan, pool(), subsets, losses);
  }
}
