package io.sluice.local.study;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.streams.report.Difference;
import io.sluice.streams.report.Estimate;
import io.sluice.streams.report.EvaluationSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The results of a study for programs: one line per cell as CSV, and everything as JSON. The same
 * study gives the same bytes.
 */
public final class StudyTables {
  private final StudyResults results;

  /** Tables of a study. */
  public StudyTables(StudyResults results) {
    this.results = results;
  }

  /**
   * One line per cell. Losses are means over the examples, with their standard errors; they are
   * empty where a task has no held-out examples, and distances are empty without fine-tuning.
   */
  public String csv() {
    List<String> header =
        new ArrayList<>(List.of("task", "representation", "algorithm", "slice", "budget", "seed"));
    for (EvaluationSet set : EvaluationSet.values()) {
      header.add(set.field());
      header.add(set.field() + "_standard_error");
    }
    results
        .plan()
        .representations()
        .forEach(representation -> header.add("distance_" + representation));
    StringBuilder lines = new StringBuilder(String.join(",", header)).append('\n');
    for (StudyCell cell : results.plan().cells()) {
      lines.append(line(cell)).append('\n');
    }
    return lines.toString();
  }

  private String line(StudyCell cell) {
    List<String> fields = new ArrayList<>();
    fields.add(quoted(cell.task()));
    fields.addAll(names(cell.arm()));
    fields.add(String.valueOf(cell.budget()));
    fields.add(String.valueOf(cell.seed()));
    for (EvaluationSet set : EvaluationSet.values()) {
      List<Double> losses = results.losses().get(cell).on(set);
      if (losses.isEmpty()) {
        fields.addAll(List.of("", ""));
      } else {
        Estimate estimate = Estimate.of(losses);
        fields.add(String.valueOf(estimate.mean()));
        fields.add(String.valueOf(estimate.standardError()));
      }
    }
    for (String representation : results.plan().representations()) {
      fields.add(
          isTrained(cell) ? String.valueOf(results.subsets().distance(representation, cell)) : "");
    }
    return String.join(",", fields);
  }

  private static boolean isTrained(StudyCell cell) {
    return !(cell.arm() instanceof StudyArm.None);
  }

  /** The columns representation, algorithm and slice. */
  private static List<String> names(StudyArm arm) {
    if (arm instanceof StudyArm.Selected selected) {
      return List.of(selected.representation(), selected.algorithm(), "");
    }
    if (arm instanceof StudyArm.Slice slice) {
      return List.of(
          slice.representation(), StudySelection.ROUND_ROBIN, String.valueOf(slice.number()));
    }
    return List.of("", arm.label(), "");
  }

  private static String quoted(String text) {
    return text.matches("[^\",\\r\\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
  }

  /**
   * Everything: the inputs, the losses of each cell on each example, what wins, correlations,
   * overlaps, sources, and the ids that were selected for the largest budget.
   *
   * @param inputs what the study depends on, by name
   */
  public String json(Map<String, String> inputs) {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    ObjectNode of = all.putObject("inputs");
    inputs.forEach(of::put);
    all.put("pool", results.pool().size());
    plan(all.putObject("plan"));
    ArrayNode cells = all.putArray("cells");
    results.plan().cells().forEach(cell -> cell(cells.addObject(), cell));
    contests(all.putArray("contests"));
    correlations(all.putArray("correlations"));
    ArrayNode overlaps = all.putArray("overlaps");
    ArrayNode sources = all.putArray("sources");
    sources.add(sources(results.sourcesOfPool()).put("arm", "pool"));
    ArrayNode subsets = all.putArray("subsets");
    for (String task : results.plan().tasks()) {
      overlaps(overlaps, task);
      results.plan().trainedArms().forEach(arm -> subset(sources, subsets, task, arm));
    }
    return all.toPrettyString() + "\n";
  }

  private void plan(ObjectNode node) {
    StudyPlan plan = results.plan();
    plan.tasks().forEach(node.putArray("tasks")::add);
    plan.representations().forEach(node.putArray("representations")::add);
    plan.algorithms().forEach(node.putArray("algorithms")::add);
    plan.budgets().forEach(node.putArray("budgets")::add);
    node.put("seeds", plan.seeds());
    node.put("slices", plan.slices().number());
    node.put("examples_of_a_slice", plan.slices().first());
  }

  private void cell(ObjectNode node, StudyCell cell) {
    node.put("task", cell.task()).put("arm", cell.arm().label());
    node.put("budget", cell.budget()).put("seed", cell.seed());
    if (isTrained(cell)) {
      ObjectNode distances = node.putObject("distances");
      for (String representation : results.plan().representations()) {
        distances.put(representation, results.subsets().distance(representation, cell));
      }
    }
    CellLosses losses = results.losses().get(cell);
    losses.queries().forEach(node.putArray("query_losses")::add);
    losses.heldOut().forEach(node.putArray("held_out_losses")::add);
  }

  private void contests(ArrayNode nodes) {
    for (String task : results.plan().tasks()) {
      for (int budget : results.plan().budgets()) {
        for (EvaluationSet set : results.sets(task)) {
          contest(nodes, task, budget, set, "methods", results.contest(task, budget, set));
          contest(
              nodes,
              task,
              budget,
              set,
              "representations",
              results.ofRepresentations(task, budget, set));
          contest(nodes, task, budget, set, "algorithms", results.ofAlgorithms(task, budget, set));
        }
      }
    }
  }

  private static void contest(
      ArrayNode nodes, String task, int budget, EvaluationSet set, String what, Contest contest) {
    ObjectNode node = nodes.addObject().put("task", task).put("budget", budget);
    node.put("set", set.label()).put("compared", what).put("winner", contest.winner().label());
    ArrayNode ranked = node.putArray("ranked");
    for (Contest.Contender contender : contest.ranked()) {
      ObjectNode one = ranked.addObject().put("name", contender.label());
      one.put("loss", contender.losses().mean());
      Difference lead = contest.lead(contender);
      ObjectNode ahead = one.putObject("winner_minus_this").put("mean", lead.mean());
      ahead.put("standard_error", lead.standardError());
      ahead.put("standard_error_over_examples", lead.overExamples());
      ahead.put("standard_error_over_seeds", lead.overSeeds()).put("clear", lead.isClear());
    }
  }

  private void correlations(ArrayNode nodes) {
    for (StudyResults.Correlation one : results.correlations()) {
      ObjectNode node = nodes.addObject().put("task", one.task());
      node.put("representation", one.representation()).put("set", one.set().label());
      node.put("over", one.over()).put("subsets", one.count());
      if (Double.isNaN(one.rho())) {
        node.putNull("spearman");
      } else {
        node.put("spearman", one.rho());
      }
    }
  }

  private void overlaps(ArrayNode nodes, String task) {
    List<StudyArm> arms = results.plan().trainedArms();
    for (int budget : results.plan().budgets()) {
      for (int i = 0; i < arms.size(); i++) {
        for (StudyArm other : arms.subList(i + 1, arms.size())) {
          ObjectNode node = nodes.addObject().put("task", task).put("budget", budget);
          node.put("arm", arms.get(i).label()).put("other", other.label());
          node.put("share", results.overlap(task, arms.get(i), other, budget));
        }
      }
    }
  }

  private void subset(ArrayNode sources, ArrayNode subsets, String task, StudyArm arm) {
    for (int budget : results.plan().budgets()) {
      ObjectNode shares = sources(results.sources(task, arm, budget));
      sources.add(shares.put("task", task).put("arm", arm.label()).put("budget", budget));
    }
    int largest = results.plan().largestBudget();
    ObjectNode subset = subsets.addObject().put("task", task).put("arm", arm.label());
    results.ids(task, arm, largest).forEach(subset.putArray("ids")::add);
  }

  private static ObjectNode sources(Map<String, Double> shares) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    ObjectNode each = node.putObject("shares");
    shares.forEach(each::put);
    return node;
  }
}
