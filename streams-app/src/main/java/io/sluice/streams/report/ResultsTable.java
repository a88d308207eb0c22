package io.sluice.streams.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.schemas.arm.ArmName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The results of jobs: for people as a table with one row per arm and evaluation set, for programs
 * as JSON.
 */
public final class ResultsTable {
  private static final List<String> HEADER =
      List.of("JOB", "BUDGET", "STATE", "ARM", "SEEDS", "ON", "LOSS", "TO NONE", "TO RANDOM");

  /** The title of a further column, if there are further arms. */
  private static final String TO_SELECTED = "TO SELECTED";

  /** Explains the numbers of the table. */
  public static final String LEGEND =
      "Losses are in nats per token, lower is better; ± is the standard error over the examples."
          + " Differences compare runs with the same seed, example by example; their ± combines the"
          + " standard errors over the examples and, when there are several, over the seeds and the random draws."
          + " A difference of less than two standard errors shows nothing.";

  private static final String NOTHING = "-";

  private ResultsTable() {}

  /**
   * The titles of the columns. If one of the jobs has further arms, there is a column more: these
   * are compared with the task's own selection.
   */
  public static List<String> header(List<JobReport> reports) {
    List<String> header = new ArrayList<>(HEADER);
    if (hasFurtherArms(reports)) {
      header.add(TO_SELECTED);
    }
    return List.copyOf(header);
  }

  private static boolean hasFurtherArms(List<JobReport> reports) {
    return reports.stream()
        .anyMatch(report -> report.arms().stream().anyMatch(arm -> !arm.name().isEmpty()));
  }

  /** The rows of the table, with one cell per column; a job without outcomes has one row. */
  public static List<List<String>> rows(List<JobReport> reports) {
    boolean toSelected = hasFurtherArms(reports);
    List<List<String>> rows = new ArrayList<>();
    for (JobReport report : reports) {
      for (EvaluationSet set : EvaluationSet.values()) {
        for (ArmName arm : report.arms()) {
          report
              .loss(set, arm)
              .ifPresent(loss -> rows.add(row(report, set, arm, loss, toSelected)));
        }
      }
      if (report.arms().isEmpty()) {
        rows.add(row(report, Collections.nCopies(toSelected ? 7 : 6, NOTHING)));
      }
    }
    return rows;
  }

  private static List<String> row(
      JobReport report, EvaluationSet set, ArmName arm, Estimate loss, boolean toSelected) {
    List<String> cells =
        new ArrayList<>(
            List.of(
                arm.label(),
                arm.equals(ArmName.NONE) ? NOTHING : runs(report, arm),
                loss.count() + " " + set.label(),
                text(loss),
                difference(report, set, arm, ArmName.NONE),
                difference(report, set, arm, ArmName.RANDOM)));
    if (toSelected) {
      cells.add(arm.name().isEmpty() ? NOTHING : difference(report, set, arm, ArmName.SELECTED));
    }
    return row(report, cells);
  }

  private static List<String> row(JobReport report, List<String> cells) {
    List<String> row =
        new ArrayList<>(
            List.of(
                report.job().getJobId(),
                Integer.toString(report.job().getBudget()),
                lower(report.result().getState())));
    row.addAll(cells);
    return row;
  }

  /** The number of seeds, and if there are several random subsets, their number as well. */
  private static String runs(JobReport report, ArmName arm) {
    int draws = report.draws(arm);
    return report.seeds(arm) + (draws > 1 ? " x " + draws + " draws" : "");
  }

  private static String difference(
      JobReport report, EvaluationSet set, ArmName arm, ArmName other) {
    return compared(report, set, arm, other)
        .map(
            difference ->
                difference.standardError() == 0 ? signed(difference.mean()) : text(difference))
        .orElse(NOTHING);
  }

  private static Optional<Difference> compared(
      JobReport report, EvaluationSet set, ArmName arm, ArmName other) {
    return arm.equals(other) || arm.equals(ArmName.NONE)
        ? Optional.empty()
        : report.difference(set, arm, other);
  }

  /** The results as JSON, one object per job; the numbers are not rounded. */
  public static ArrayNode json(List<JobReport> reports) {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    for (JobReport report : reports) {
      ObjectNode job =
          all.addObject()
              .put("job", report.job().getJobId())
              .put("task", report.job().getTaskId())
              .put("revision", report.job().getRevision())
              .put("budget", report.job().getBudget())
              .put("sequence", report.job().getSequence())
              .put("pool", report.job().getPoolSize())
              .put("state", lower(report.result().getState()))
              .put("attempt", report.result().getAttempt())
              .put("detail", report.result().getDetail())
              .put("output", report.result().getOutput());
      ArrayNode arms = job.putArray("arms");
      report.arms().forEach(arm -> add(arms.addObject(), report, arm));
    }
    return all;
  }

  private static void add(ObjectNode node, JobReport report, ArmName arm) {
    node.put("arm", arm.label()).put("seeds", arm.equals(ArmName.NONE) ? 0 : report.seeds(arm));
    if (report.draws(arm) > 1) {
      node.put("draws", report.draws(arm));
    }
    report
        .further(arm)
        .ifPresent(
            further ->
                node.put("representation", further.getRepresentationId())
                    .put("algorithm", further.getAlgorithm())
                    .put("pool", further.getPoolSize()));
    for (EvaluationSet set : EvaluationSet.values()) {
      report
          .loss(set, arm)
          .ifPresent(
              loss ->
                  add(
                      node.putObject(set.field())
                          .put("mean", loss.mean())
                          .put("standard_error", loss.standardError())
                          .put("count", loss.count()),
                      report,
                      set,
                      arm));
    }
  }

  private static void add(ObjectNode node, JobReport report, EvaluationSet set, ArmName arm) {
    List<ArmName> others = new ArrayList<>(List.of(ArmName.NONE, ArmName.RANDOM));
    if (!arm.name().isEmpty()) {
      others.add(ArmName.SELECTED);
    }
    for (ArmName other : others) {
      compared(report, set, arm, other)
          .ifPresent(
              difference ->
                  node.putObject("difference_to_" + other.label())
                      .put("mean", difference.mean())
                      .put("standard_error", difference.standardError())
                      .put("standard_error_over_examples", difference.overExamples())
                      .put("standard_error_over_seeds", difference.overSeeds())
                      .put("standard_error_over_draws", difference.overDraws()));
    }
  }

  static String text(Estimate estimate) {
    return number(estimate.mean()) + " ± " + number(estimate.standardError());
  }

  static String text(Difference difference) {
    return signed(difference.mean()) + " ± " + number(difference.standardError());
  }

  static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  private static String signed(double value) {
    return String.format(Locale.ROOT, "%+.4f", value);
  }
}
