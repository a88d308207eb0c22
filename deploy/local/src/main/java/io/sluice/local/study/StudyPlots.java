package io.sluice.local.study;

import io.sluice.streams.report.Difference;
import io.sluice.streams.report.EvaluationSet;
import io.sluice.streams.report.HtmlPage;
import io.sluice.streams.report.SvgPlot;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The plots of a study. */
final class StudyPlots {
  private static final String LOSS = "nats per token";

  private final StudyResults results;
  private final StudyPlan plan;

  StudyPlots(StudyResults results) {
    this.results = results;
    this.plan = results.plan();
  }

  /** The loss of each algorithm by budget, beside random subsets and no fine-tuning. */
  SvgPlot lossByBudget(String task, String representation, EvaluationSet set) {
    List<SvgPlot.Series> series = new ArrayList<>();
    series.add(byBudget(task, StudyArm.NONE, "no fine-tuning", "none", set));
    series.add(byBudget(task, StudyArm.RANDOM, "random", "random", set));
    for (String algorithm : plan.algorithms()) {
      series.add(
          byBudget(
              task,
              new StudyArm.Selected(representation, algorithm),
              algorithm,
              HtmlPage.style(plan.algorithms().indexOf(algorithm)),
              set));
    }
    return new SvgPlot("examples", LOSS, series);
  }

  private SvgPlot.Series byBudget(
      String task, StudyArm arm, String name, String style, EvaluationSet set) {
    return new SvgPlot.Series(
        name,
        style,
        true,
        plan.budgets().stream().map(budget -> point(budget, task, arm, budget, set)).toList());
  }

  /** The loss after training on each slice, for all representations. */
  SvgPlot lossBySlice(String task, EvaluationSet set) {
    List<SvgPlot.Series> series = new ArrayList<>();
    int first = plan.slices().first();
    List<SvgPlot.Point> untrained = new ArrayList<>();
    for (int slice : new int[] {1, plan.slices().number()}) {
      untrained.add(point(slice, task, StudyArm.NONE, first, set));
    }
    series.add(new SvgPlot.Series("no fine-tuning", "none", true, untrained));
    for (String representation : plan.representations()) {
      List<SvgPlot.Point> points = new ArrayList<>();
      for (StudyArm slice : plan.slicesOf(representation)) {
        points.add(point(points.size() + 1, task, slice, first, set));
      }
      series.add(new SvgPlot.Series(representation, colour(representation), true, points));
    }
    return new SvgPlot("slice of the ranking, the nearest first", LOSS, series);
  }

  /**
   * The loss against the distance in a representation, for its slices and for the subsets of every
   * budget.
   */
  SvgPlot lossByDistance(String task, String representation, EvaluationSet set) {
    List<SvgPlot.Series> series = new ArrayList<>();
    if (plan.slices().number() > 0) {
      List<SvgPlot.Point> points = new ArrayList<>();
      for (StudyArm slice : plan.slicesOf(representation)) {
        points.add(byDistance(task, representation, slice, plan.slices().first(), set));
      }
      series.add(new SvgPlot.Series("slices", "series-5", false, points));
    }
    List<SvgPlot.Point> random = new ArrayList<>();
    for (int budget : plan.budgets()) {
      random.add(byDistance(task, representation, StudyArm.RANDOM, budget, set));
    }
    series.add(new SvgPlot.Series("random", "random", false, random));
    for (String other : plan.representations()) {
      List<SvgPlot.Point> points = new ArrayList<>();
      for (String algorithm : plan.algorithms()) {
        for (int budget : plan.budgets()) {
          points.add(
              byDistance(
                  task, representation, new StudyArm.Selected(other, algorithm), budget, set));
        }
      }
      series.add(new SvgPlot.Series("by " + other, colour(other), false, points));
    }
    return new SvgPlot("mean of 1 - score, in " + representation, LOSS, series);
  }

  private SvgPlot.Point byDistance(
      String task, String representation, StudyArm arm, int budget, EvaluationSet set) {
    return point(results.distance(representation, task, arm, budget), task, arm, budget, set);
  }

  private String colour(String representation) {
    return HtmlPage.style(plan.representations().indexOf(representation));
  }

  private SvgPlot.Point point(double x, String task, StudyArm arm, int budget, EvaluationSet set) {
    double loss = results.losses(task, arm, budget, set).mean();
    if (arm.equals(StudyArm.NONE)) {
      return new SvgPlot.Point(x, loss, 0, "no fine-tuning: " + StudyPage.number(loss));
    }
    Difference toNone = results.difference(task, arm, StudyArm.NONE, budget, set);
    return new SvgPlot.Point(
        x,
        loss,
        toNone.standardError(),
        String.format(
            Locale.ROOT,
            "%s, %d examples: %s, to no fine-tuning %s",
            arm.label(),
            budget,
            StudyPage.number(loss),
            StudyPage.text(toNone)));
  }
}
