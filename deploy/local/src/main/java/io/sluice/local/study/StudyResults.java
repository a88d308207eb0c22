package io.sluice.local.study;

import io.sluice.streams.report.Difference;
import io.sluice.streams.report.EvaluationSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A study whose cells have all been trained and evaluated.
 *
 * @param plan what was compared
 * @param pool the candidates
 * @param subsets what each cell was trained on
 * @param losses of all cells of the plan
 */
public record StudyResults(
    StudyPlan plan, StudyPool pool, StudySubsets subsets, Map<StudyCell, CellLosses> losses) {
  /**
   * Keeps an immutable copy of the losses.
   *
   * @throws IllegalArgumentException when a cell of the plan has no losses
   */
  public StudyResults {
    losses = Map.copyOf(losses);
    for (StudyCell cell : plan.cells()) {
      if (!losses.containsKey(cell)) {
        throw new IllegalArgumentException("no losses of " + cell);
      }
    }
  }

  /** The sets of examples that a task was evaluated on. */
  List<EvaluationSet> sets(String task) {
    return Arrays.stream(EvaluationSet.values())
        .filter(set -> !losses.get(StudyCell.untrained(task)).on(set).isEmpty())
        .toList();
  }

  /** The losses of an arm of a task, with one row per seed; those of no fine-tuning repeated. */
  LossMatrix losses(String task, StudyArm arm, int budget, EvaluationSet set) {
    if (arm instanceof StudyArm.None) {
      List<Double> untrained = losses.get(StudyCell.untrained(task)).on(set);
      return new LossMatrix(List.of(untrained)).repeated(plan.seeds());
    }
    return new LossMatrix(
        plan.cells(task, arm, budget).stream().map(cell -> losses.get(cell).on(set)).toList());
  }

  /** The loss of one arm minus that of another. */
  Difference difference(String task, StudyArm arm, StudyArm other, int budget, EvaluationSet set) {
    return losses(task, arm, budget, set).minus(losses(task, other, budget, set));
  }

  /** All arms that are trained, ranked. */
  Contest contest(String task, int budget, EvaluationSet set) {
    return new Contest(
        plan.trainedArms().stream()
            .map(arm -> new Contest.Contender(arm.label(), losses(task, arm, budget, set)))
            .toList());
  }

  /** The representations, each averaged over all algorithms, and the random subsets. */
  Contest ofRepresentations(String task, int budget, EvaluationSet set) {
    return averaged(
        plan.representations(),
        representation ->
            plan.algorithms().stream()
                .<StudyArm>map(algorithm -> new StudyArm.Selected(representation, algorithm))
                .toList(),
        task,
        budget,
        set);
  }

  /** The algorithms, each averaged over all representations, and the random subsets. */
  Contest ofAlgorithms(String task, int budget, EvaluationSet set) {
    return averaged(
        plan.algorithms(),
        algorithm ->
            plan.representations().stream()
                .<StudyArm>map(representation -> new StudyArm.Selected(representation, algorithm))
                .toList(),
        task,
        budget,
        set);
  }

  private Contest averaged(
      List<String> names,
      Function<String, List<StudyArm>> arms,
      String task,
      int budget,
      EvaluationSet set) {
    List<Contest.Contender> contenders = new ArrayList<>();
    contenders.add(
        new Contest.Contender(StudyArm.RANDOM.label(), losses(task, StudyArm.RANDOM, budget, set)));
    for (String name : names) {
      contenders.add(
          new Contest.Contender(
              name,
              LossMatrix.mean(
                  arms.apply(name).stream().map(arm -> losses(task, arm, budget, set)).toList())));
    }
    return new Contest(contenders);
  }

  /** The distance of an arm's subset to the queries, averaged over the seeds. */
  double distance(String representation, String task, StudyArm arm, int budget) {
    return plan.cells(task, arm, budget).stream()
        .mapToDouble(cell -> subsets.distance(representation, cell))
        .average()
        .orElseThrow();
  }

  /**
   * How the distance of a subset goes with the loss after training on it.
   *
   * @param over which subsets are compared, for people
   * @param count how many
   * @param rho Spearman's rank correlation: 1 when a nearer subset always gives a lower loss; NaN
   *     when it does not exist
   */
  record Correlation(
      String task, String representation, EvaluationSet set, String over, int count, double rho) {}

  /** The correlations of all tasks and representations: over its slices, and over each budget. */
  List<Correlation> correlations() {
    List<Correlation> all = new ArrayList<>();
    for (String task : plan.tasks()) {
      for (String representation : plan.representations()) {
        for (EvaluationSet set : sets(task)) {
          if (plan.slices().number() > 0) {
            all.add(
                correlation(
                    task,
                    representation,
                    set,
                    "slices",
                    plan.slicesOf(representation),
                    plan.slices().first()));
          }
          for (int budget : plan.budgets()) {
            all.add(
                correlation(
                    task, representation, set, "subsets of " + budget, plan.trainedArms(), budget));
          }
        }
      }
    }
    return all;
  }

  private Correlation correlation(
      String task,
      String representation,
      EvaluationSet set,
      String over,
      List<StudyArm> arms,
      int budget) {
    return new Correlation(
        task,
        representation,
        set,
        over,
        arms.size(),
        RankCorrelation.spearman(
            arms.stream().map(arm -> distance(representation, task, arm, budget)).toList(),
            arms.stream().map(arm -> losses(task, arm, budget, set).mean()).toList()));
  }

  /** The subset of an arm with the first seed; subsets that are not random are the same for all. */
  private List<Integer> subset(String task, StudyArm arm, int budget) {
    return subsets.of(new StudyCell(task, arm, budget, 0));
  }

  /** The ids that an arm selects, in selection order. */
  List<String> ids(String task, StudyArm arm, int budget) {
    return subset(task, arm, budget).stream().map(pool.ids()::get).toList();
  }

  /** Which share of an arm's subset, 0 to 1, another arm selects too. */
  double overlap(String task, StudyArm arm, StudyArm other, int budget) {
    Set<Integer> of = new HashSet<>(subset(task, arm, budget));
    of.retainAll(subset(task, other, budget));
    return (double) of.size() / budget;
  }

  /** The share of each source in the pool, 0 to 1. */
  Map<String, Double> sourcesOfPool() {
    return shares(IntStream.range(0, pool.size()).boxed().toList());
  }

  /** The share of each source in the subset of an arm, 0 to 1. */
  Map<String, Double> sources(String task, StudyArm arm, int budget) {
    return shares(subset(task, arm, budget));
  }

  private Map<String, Double> shares(List<Integer> candidates) {
    Map<String, Long> counts =
        candidates.stream()
            .collect(
                Collectors.groupingBy(
                    candidate -> pool.sources().get(candidate),
                    HashMap::new,
                    Collectors.counting()));
    Map<String, Double> shares = new TreeMap<>();
    counts.forEach((source, count) -> shares.put(source, (double) count / candidates.size()));
    return shares;
  }
}
