package io.sluice.local.study;

import io.sluice.streams.transport.PoolAlgorithm;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a study compares: every representation with every algorithm, for every task and budget and
 * with every seed, beside no fine-tuning and random subsets; and slices of each ranking.
 *
 * @param tasks ids of the tasks
 * @param representations names of the representations
 * @param algorithms names of the algorithms, out of {@link #ALGORITHMS}
 * @param budgets numbers of examples, ascending
 * @param seeds number of seeds: 0 to seeds - 1
 * @param slices the slices of the rankings
 */
public record StudyPlan(
    List<String> tasks,
    List<String> representations,
    List<String> algorithms,
    List<Integer> budgets,
    int seeds,
    Slices slices) {
  /** The algorithms that a study can compare. Random subsets are part of every study. */
  public static final List<String> ALGORITHMS =
      List.of(
          StudySelection.ROUND_ROBIN,
          "doubly-greedy",
          "knn-uniform",
          PoolAlgorithm.KNN_KDE.label(),
          PoolAlgorithm.UOT.label());

  /** Below this number of candidates a query of KNN-KDE has no second neighbour. */
  private static final int LEAST_FOR_KNN_KDE = 20;

  /**
   * Slices of the ranking of the whole pool.
   *
   * @param number how many slices; 0 for none
   * @param first how many candidates of each are trained on
   */
  public record Slices(int number, int first) {
    /** Throws {@link IllegalArgumentException} when a number is out of range. */
    public Slices {
      if (number < 0 || number == 1) {
        throw new IllegalArgumentException(
            number + " slices: use 2 or more to compare them, or 0 for none");
      }
      if (first < 1) {
        throw new IllegalArgumentException(first + " examples of each slice: use 1 or more");
      }
    }
  }

  /**
   * Checks the plan.
   *
   * @throws IllegalArgumentException when a part is empty, named twice, unknown or out of range
   */
  public StudyPlan {
    tasks = different("task", tasks);
    representations = different("representation", representations);
    algorithms = different("algorithm", algorithms);
    budgets = List.copyOf(budgets);
    for (String algorithm : algorithms) {
      if (!ALGORITHMS.contains(algorithm)) {
        throw new IllegalArgumentException(
            "algorithm '%s': use %s; random subsets are always compared"
                .formatted(algorithm, String.join(", ", ALGORITHMS)));
      }
    }
    if (budgets.isEmpty() || budgets.get(0) < 1) {
      throw new IllegalArgumentException("budgets " + budgets + ": use numbers of 1 or more");
    }
    for (int i = 1; i < budgets.size(); i++) {
      if (budgets.get(i) <= budgets.get(i - 1)) {
        throw new IllegalArgumentException(
            "budgets " + budgets + ": give them ascending, each once");
      }
    }
    if (seeds < 1) {
      throw new IllegalArgumentException(seeds + " seeds: use 1 or more");
    }
  }

  private static List<String> different(String what, List<String> names) {
    if (names.isEmpty()) {
      throw new IllegalArgumentException("no " + what + ": give at least one");
    }
    if (new HashSet<>(names).size() < names.size()) {
      throw new IllegalArgumentException(
          "a " + what + " is named twice in " + names + ": name each once");
    }
    return List.copyOf(names);
  }

  /**
   * Checks that a pool is large enough for the plan.
   *
   * @param candidates the number of candidates that can be selected
   * @throws IllegalArgumentException when it is not; the message says what to do
   */
  public void requirePool(int candidates) {
    if (largestBudget() > candidates) {
      throw new IllegalArgumentException(
          "a budget of %d needs as many candidates, but there are %d: use lower budgets"
              .formatted(largestBudget(), candidates));
    }
    if (slices.number() > 0 && candidates / slices.number() < slices.first()) {
      throw new IllegalArgumentException(
          "%d slices of %d candidates have %d each, fewer than the %d that are trained on: use fewer slices, or fewer examples of each"
              .formatted(
                  slices.number(), candidates, candidates / slices.number(), slices.first()));
    }
    if (algorithms.contains(PoolAlgorithm.KNN_KDE.label()) && candidates < LEAST_FOR_KNN_KDE) {
      throw new IllegalArgumentException(
          "knn-kde needs at least %d candidates, but there are %d: leave it out"
              .formatted(LEAST_FOR_KNN_KDE, candidates));
    }
  }

  /** The largest budget. */
  int largestBudget() {
    return budgets.get(budgets.size() - 1);
  }

  /** Every representation with every algorithm. */
  List<StudyArm> selectedArms() {
    List<StudyArm> arms = new ArrayList<>();
    for (String representation : representations) {
      algorithms.forEach(algorithm -> arms.add(new StudyArm.Selected(representation, algorithm)));
    }
    return arms;
  }

  /** The random subset, and then {@link #selectedArms}. */
  List<StudyArm> trainedArms() {
    List<StudyArm> arms = new ArrayList<>();
    arms.add(StudyArm.RANDOM);
    arms.addAll(selectedArms());
    return arms;
  }

  /** The slices of a representation's ranking. */
  List<StudyArm> slicesOf(String representation) {
    return IntStream.rangeClosed(1, slices.number())
        .<StudyArm>mapToObj(number -> new StudyArm.Slice(representation, number))
        .toList();
  }

  /** All cells, task by task. */
  public List<StudyCell> cells() {
    List<StudyCell> cells = new ArrayList<>();
    for (String task : tasks) {
      cells.add(StudyCell.untrained(task));
      for (int budget : budgets) {
        trainedArms().forEach(arm -> cells.addAll(cells(task, arm, budget)));
      }
      for (String representation : representations) {
        slicesOf(representation).forEach(slice -> cells.addAll(cells(task, slice, slices.first())));
      }
    }
    return cells;
  }

  /** The cells of an arm that is trained, one per seed. */
  List<StudyCell> cells(String task, StudyArm arm, int budget) {
    return IntStream.range(0, seeds)
        .mapToObj(seed -> new StudyCell(task, arm, budget, seed))
        .toList();
  }
}
