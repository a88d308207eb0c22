package io.sluice.streams.report;

import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.JobArm;
import io.sluice.schemas.arm.ArmName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An HTML page about a task's fine-tune jobs that loads no other files: the table of results, and
 * plots of the loss by budget and arm, the difference between selected and random examples by
 * budget, the distance of the subset to the queries by tier, and the loss against that distance.
 *
 * <p>The plots show the last finished job of each budget.
 *
 * @param taskId the task
 * @param reports reports about its jobs, in the order of the table
 * @param distances distances in the datasets of finished jobs, by job id; jobs whose dataset no
 *     longer exists are missing
 */
public record ResultsReport(
    String taskId, List<JobReport> reports, Map<String, SubsetDistance> distances) {
  private static final int FURTHER_STYLES = 4;

  /** Keeps immutable copies of the collections. */
  public ResultsReport {
    reports = List.copyOf(reports);
    distances = Map.copyOf(distances);
  }

  /** Renders the page. */
  public String html() {
    HtmlPage page = new HtmlPage("Fine-tune jobs of task " + taskId);
    table(page);
    List<JobReport> shown = plotted(reports);
    if (shown.isEmpty()) {
      page.paragraph("No job has finished with evaluated arms yet.");
    } else {
      plots(page, shown);
    }
    return page.html();
  }

  private void table(HtmlPage page) {
    page.table(ResultsTable.header(reports), ResultsTable.rows(reports))
        .paragraph(ResultsTable.LEGEND);
    for (JobReport report : reports) {
      if (!report.result().getDetail().isEmpty()) {
        page.paragraph(report.job().getJobId() + ": " + report.result().getDetail());
      }
    }
  }

  /**
   * The jobs that the plots show: for each budget the last job that has finished with evaluated
   * arms.
   *
   * @param reports reports in the order in which the jobs fired
   * @return sorted by budget
   */
  public static List<JobReport> plotted(List<JobReport> reports) {
    Map<Integer, JobReport> last = new TreeMap<>();
    for (JobReport report : reports) {
      if (report.result().getState() == FineTuneState.FINISHED && !report.arms().isEmpty()) {
        last.put(report.job().getBudget(), report);
      }
    }
    return List.copyOf(last.values());
  }

  private void plots(HtmlPage page, List<JobReport> shown) {
    page.paragraph(
        "The error bars in the plots are standard errors. Those of losses are the standard errors"
            + " of the difference to no fine-tuning, because all arms are evaluated on the same"
            + " examples.");
    for (EvaluationSet set : EvaluationSet.values()) {
      List<SvgPlot.Series> byBudget = lossByBudget(shown, set);
      if (!byBudget.isEmpty()) {
        plot(
            page,
            "Loss on the " + set.words() + " by budget",
            "examples",
            "nats per token",
            byBudget);
      }
    }
    List<SvgPlot.Series> differences = differenceToRandomByBudget(shown);
    if (!differences.isEmpty()) {
      plot(
          page,
          "Loss of selected minus loss of random examples: below 0, selection pays",
          "examples",
          "nats per token",
          differences);
    }
    List<SvgPlot.Series> byTier = distanceByTier(shown.get(shown.size() - 1));
    if (!byTier.isEmpty()) {
      plot(
          page,
          "Distance of the subset to its queries by tier",
          "last rank of the tier",
          "mean of 1 - score",
          byTier);
      plot(
          page,
          "Loss on the queries against distance",
          "mean of 1 - score",
          "nats per token",
          lossByDistance(shown));
    }
  }

  private static void plot(
      HtmlPage page, String title, String x, String y, List<SvgPlot.Series> series) {
    page.heading(title).plot(new SvgPlot(x, y, series));
  }

  private static List<SvgPlot.Series> lossByBudget(List<JobReport> shown, EvaluationSet set) {
    List<SvgPlot.Series> series = new ArrayList<>();
    for (ArmName arm : arms(shown)) {
      List<SvgPlot.Point> points =
          shown.stream()
              .flatMap(report -> lossPoint(report, set, arm, report.job().getBudget()).stream())
              .toList();
      if (!points.isEmpty()) {
        series.add(new SvgPlot.Series(name(arm), style(arm, shown), true, points));
      }
    }
    return series;
  }

  private static List<SvgPlot.Series> differenceToRandomByBudget(List<JobReport> shown) {
    List<SvgPlot.Series> series = new ArrayList<>();
    for (EvaluationSet set : EvaluationSet.values()) {
      List<SvgPlot.Point> points =
          shown.stream().flatMap(report -> differencePoint(report, set).stream()).toList();
      if (!points.isEmpty()) {
        series.add(new SvgPlot.Series("on the " + set.words(), set.label(), true, points));
      }
    }
    if (!series.isEmpty()) {
      List<SvgPlot.Point> zeros =
          shown.stream()
              .map(report -> new SvgPlot.Point(report.job().getBudget(), 0, 0, "no difference"))
              .toList();
      series.add(new SvgPlot.Series("no difference", "none", true, zeros));
    }
    return series;
  }

  private static Optional<SvgPlot.Point> differencePoint(JobReport report, EvaluationSet set) {
    int budget = report.job().getBudget();
    return report
        .difference(set, ArmName.SELECTED, ArmName.RANDOM)
        .map(
            difference ->
                new SvgPlot.Point(
                    budget,
                    difference.mean(),
                    difference.standardError(),
                    set.words() + ", budget " + budget + ": " + ResultsTable.text(difference)));
  }

  private List<SvgPlot.Series> distanceByTier(JobReport largest) {
    SubsetDistance distance = distances.get(largest.job().getJobId());
    if (distance == null) {
      return List.of();
    }
    List<SvgPlot.Series> series = new ArrayList<>();
    series.add(
        new SvgPlot.Series(
            name(ArmName.SELECTED),
            "selected",
            true,
            distance.tiers().stream()
                .map(
                    tier ->
                        point(
                            tier.to(),
                            tier.distance(),
                            "ranks " + tier.from() + " to " + (tier.to() - 1)))
                .toList()));
    Optional.ofNullable(distance.arms().get(ArmName.RANDOM))
        .ifPresent(
            random ->
                series.add(
                    new SvgPlot.Series(
                        name(ArmName.RANDOM) + ", all of it",
                        "random",
                        false,
                        List.of(point(largest.job().getBudget(), random, "random")))));
    return series;
  }

  private List<SvgPlot.Series> lossByDistance(List<JobReport> shown) {
    List<SvgPlot.Series> series = new ArrayList<>();
    for (ArmName arm : arms(shown)) {
      List<SvgPlot.Point> points = new ArrayList<>();
      for (JobReport report : shown) {
        // Distances by different representations have different scales: one plot has one of them.
        if (!isOfOwnRepresentation(report, arm)) {
          continue;
        }
        Optional<Estimate> distance =
            Optional.ofNullable(distances.get(report.job().getJobId()))
                .map(known -> known.arms().get(arm));
        distance
            .flatMap(mean -> lossPoint(report, EvaluationSet.QUERIES, arm, mean.mean()))
            .ifPresent(points::add);
      }
      if (!points.isEmpty()) {
        series.add(new SvgPlot.Series(name(arm), style(arm, shown), false, points));
      }
    }
    return series;
  }

  /**
   * The point of an arm's loss. Its error bar is that of the difference to no fine-tuning: all arms
   * are evaluated on the same examples, so most of the standard error of a single loss cancels out
   * between them.
   */
  private static Optional<SvgPlot.Point> lossPoint(
      JobReport report, EvaluationSet set, ArmName arm, double x) {
    double error =
        arm.equals(ArmName.NONE)
            ? 0
            : report.difference(set, arm, ArmName.NONE).map(Difference::standardError).orElse(0.0);
    String what = name(arm) + ", budget " + report.job().getBudget();
    return report
        .loss(set, arm)
        .map(
            loss ->
                new SvgPlot.Point(x, loss.mean(), error, what + ": " + ResultsTable.text(loss)));
  }

  private static SvgPlot.Point point(double x, Estimate y, String what) {
    return new SvgPlot.Point(x, y.mean(), y.standardError(), what + ": " + ResultsTable.text(y));
  }

  /** The arms of all these jobs: those that every job can have, followed by the further ones. */
  private static List<ArmName> arms(List<JobReport> shown) {
    return shown.stream()
        .flatMap(report -> report.arms().stream())
        .distinct()
        .sorted(
            Comparator.comparing((ArmName arm) -> !arm.name().isEmpty())
                .thenComparing(ArmName::kind))
        .toList();
  }

  private static boolean isOfOwnRepresentation(JobReport report, ArmName arm) {
    return report
        .further(arm)
        .map(JobArm::getRepresentationId)
        .map(report.job().getRepresentationId()::equals)
        .orElse(true);
  }

  private static String name(ArmName arm) {
    return arm.equals(ArmName.NONE) ? "no fine-tuning" : arm.label();
  }

  /** The CSS class of an arm; that of further arms repeats after some. */
  private static String style(ArmName arm, List<JobReport> shown) {
    if (arm.name().isEmpty()) {
      return arm.label();
    }
    List<ArmName> further = arms(shown).stream().filter(each -> !each.name().isEmpty()).toList();
    return "further-" + further.indexOf(arm) % FURTHER_STYLES;
  }
}
