package io.sluice.local.study;

import io.sluice.streams.report.Difference;
import io.sluice.streams.report.EvaluationSet;
import io.sluice.streams.report.HtmlPage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The results of a study as an HTML page, which loads no other files and runs no scripts. */
public final class StudyPage {
  /** Sources below this share in the pool and in all subsets are put together. */
  private static final double LEAST_SHARE = 0.05;

  private static final String NO_SOURCE = "(none)";
  private static final String OTHERS = "all others";

  private final StudyResults results;
  private final StudyPlots plots;
  private final HtmlPage page = new HtmlPage("Study of targeted instruction selection");

  /** The page of a study. */
  public StudyPage(StudyResults results) {
    this.results = results;
    this.plots = new StudyPlots(results);
  }

  /**
   * Renders the page; call it once.
   *
   * @param inputs what the study depends on, by name
   */
  public String html(Map<String, String> inputs) {
    introduction(inputs);
    page.heading("Which method wins");
    page.paragraph(
        "The lowest mean loss of all methods, and what it is ahead of: differences are taken"
            + " between runs with the same seed, example by example, and ± combines the standard"
            + " errors over examples and over seeds. A difference counts from two standard errors."
            + " The best of many methods is partly the luckiest, so its lead is overestimated.");
    page.table(
        List.of(
            "task",
            "budget",
            "on",
            "lowest loss",
            "loss",
            "less no fine-tuning",
            "less random",
            "less the next",
            "not distinguishable from"),
        winners());
    page.subheading("Representations, averaged over the algorithms");
    page.table(averagedHeader("representation"), averaged(true));
    page.subheading("Algorithms, averaged over the representations");
    page.table(averagedHeader("algorithm"), averaged(false));
    page.heading("Distance and loss");
    page.paragraph(
        "Spearman's rank correlation of the distance of a subset to the queries with the loss after"
            + " training on it: 1 when a nearer subset always gives a lower loss. Over the slices"
            + " of a ranking, and over the subsets of a budget of all methods and of random"
            + " selection.");
    page.table(
        List.of("task", "representation", "loss on", "subsets", "correlation"), correlations());
    for (String task : results.plan().tasks()) {
      ofTask(task);
    }
    return page.html();
  }

  private void introduction(Map<String, String> inputs) {
    StudyPlan plan = results.plan();
    page.paragraph(
        "%d candidates, %s: %s with %s, budgets %s, %d seeds."
            .formatted(
                results.pool().size(),
                String.join(", ", plan.tasks()),
                String.join(", ", plan.representations()),
                String.join(", ", plan.algorithms()),
                plan.budgets().stream().map(String::valueOf).collect(Collectors.joining(", ")),
                plan.seeds()));
    List<List<String>> rows = new ArrayList<>();
    inputs.forEach((name, value) -> rows.add(List.of(name, value)));
    page.table(List.of("input", "value or hash"), rows);
  }

  private List<List<String>> winners() {
    List<List<String>> rows = new ArrayList<>();
    for (String task : results.plan().tasks()) {
      for (int budget : results.plan().budgets()) {
        for (EvaluationSet set : results.sets(task)) {
          rows.add(winner(task, budget, set));
        }
      }
    }
    return rows;
  }

  private List<String> winner(String task, int budget, EvaluationSet set) {
    Contest contest = results.contest(task, budget, set);
    LossMatrix best = contest.winner().losses();
    List<Contest.Contender> others = contest.ranked().subList(1, contest.ranked().size());
    List<Contest.Contender> tied = contest.tied();
    return List.of(
        task,
        String.valueOf(budget),
        best.examples() + " " + set.label(),
        contest.winner().label(),
        number(best.mean()),
        text(best.minus(results.losses(task, StudyArm.NONE, budget, set))),
        lessRandom(contest.winner(), task, budget, set),
        text(contest.lead(others.get(0))),
        tied.isEmpty()
            ? "none: it wins"
            : tied.size()
                + " of "
                + others.size()
                + ": "
                + tied.stream().map(Contest.Contender::label).collect(Collectors.joining(", ")));
  }

  private String lessRandom(Contest.Contender one, String task, int budget, EvaluationSet set) {
    return one.label().equals(StudyArm.RANDOM.label())
        ? "-"
        : text(one.losses().minus(results.losses(task, StudyArm.RANDOM, budget, set)));
  }

  private static List<String> averagedHeader(String what) {
    return List.of("task", "budget", "on", what, "loss", "less no fine-tuning", "less random");
  }

  private List<List<String>> averaged(boolean representations) {
    List<List<String>> rows = new ArrayList<>();
    for (String task : results.plan().tasks()) {
      for (int budget : results.plan().budgets()) {
        for (EvaluationSet set : results.sets(task)) {
          Contest contest =
              representations
                  ? results.ofRepresentations(task, budget, set)
                  : results.ofAlgorithms(task, budget, set);
          for (Contest.Contender one : contest.ranked()) {
            rows.add(
                List.of(
                    task,
                    String.valueOf(budget),
                    set.label(),
                    one.label(),
                    number(one.losses().mean()),
                    text(one.losses().minus(results.losses(task, StudyArm.NONE, budget, set))),
                    lessRandom(one, task, budget, set)));
          }
        }
      }
    }
    return rows;
  }

  private List<List<String>> correlations() {
    return results.correlations().stream()
        .map(
            one ->
                List.of(
                    one.task(),
                    one.representation(),
                    one.set().words(),
                    one.count() + " " + one.over(),
                    Double.isNaN(one.rho())
                        ? "none: all are equal"
                        : String.format(Locale.ROOT, "%+.2f", one.rho())))
        .toList();
  }

  private void ofTask(String task) {
    page.heading("Task " + task);
    page.paragraph(
        "Error bars are standard errors of the difference to no fine-tuning, over examples and"
            + " seeds, because all arms are evaluated on the same examples.");
    for (EvaluationSet set : results.sets(task)) {
      for (String representation : results.plan().representations()) {
        page.subheading("Loss on the " + set.words() + " by budget: " + representation);
        page.plot(plots.lossByBudget(task, representation, set));
      }
      if (results.plan().slices().number() > 0) {
        page.subheading("Loss on the " + set.words() + " by slice of the ranking");
        page.plot(plots.lossBySlice(task, set));
      }
      for (String representation : results.plan().representations()) {
        page.subheading("Loss on the " + set.words() + " against distance: " + representation);
        page.plot(plots.lossByDistance(task, representation, set));
      }
    }
    int budget = results.plan().largestBudget();
    page.subheading("Overlap of the subsets of " + budget);
    page.paragraph("The share of a subset that another method selects too; random with seed 0.");
    overlaps(task, budget);
    page.subheading("Where the examples come from, budget " + budget);
    sources(task, budget);
  }

  private void overlaps(String task, int budget) {
    List<StudyArm> arms = results.plan().trainedArms();
    List<String> header = new ArrayList<>(List.of(""));
    arms.forEach(arm -> header.add(arm.label()));
    page.table(
        header,
        arms.stream()
            .map(
                arm -> {
                  List<String> row = new ArrayList<>(List.of(arm.label()));
                  arms.forEach(
                      other -> row.add(percent(results.overlap(task, arm, other, budget))));
                  return row;
                })
            .toList());
  }

  private void sources(String task, int budget) {
    List<StudyArm> arms = results.plan().trainedArms();
    List<Map<String, Double>> columns = new ArrayList<>();
    columns.add(results.sourcesOfPool());
    arms.forEach(arm -> columns.add(results.sources(task, arm, budget)));
    Map<String, Double> largest = new TreeMap<>();
    columns.forEach(
        column -> column.forEach((source, share) -> largest.merge(source, share, Math::max)));
    List<String> shown =
        largest.entrySet().stream()
            .filter(entry -> entry.getValue() >= LEAST_SHARE)
            .sorted(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder()))
            .map(Map.Entry::getKey)
            .toList();
    List<String> header = new ArrayList<>(List.of("source", "pool"));
    arms.forEach(arm -> header.add(arm.label()));
    List<List<String>> rows = new ArrayList<>();
    for (String source : shown) {
      List<String> row = new ArrayList<>(List.of(source.isEmpty() ? NO_SOURCE : source));
      columns.forEach(column -> row.add(percent(column.getOrDefault(source, 0.0))));
      rows.add(row);
    }
    List<String> rest = new ArrayList<>(List.of(OTHERS));
    for (Map<String, Double> column : columns) {
      double known = shown.stream().mapToDouble(one -> column.getOrDefault(one, 0.0)).sum();
      rest.add(percent(Math.max(0, 1 - known)));
    }
    rows.add(rest);
    page.table(header, rows);
  }

  private static String percent(double share) {
    return Math.round(share * 100) + "%";
  }

  static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  static String text(Difference difference) {
    return String.format(
        Locale.ROOT, "%+.4f ± %.4f", difference.mean(), difference.standardError());
  }
}
