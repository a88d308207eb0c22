package io.sluice.streams.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.schemas.Arm;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The results of jobs: for people as a table with one row per arm and evaluation set, for programs
 * as JSON.
 */
public final class ResultsTable {
  /** The titles of the columns. */
  public static final List<String> HEADER =
      List.of("JOB", "BUDGET", "STATE", "ARM", "SEEDS", "ON", "LOSS", "TO NONE", "TO RANDOM");

  /** Explains the numbers of the table. */
  public static final String LEGEND =
      "Losses are in nats per token, lower is better; ± is the standard error over the examples."
          + " Differences compare runs with the same seed, example by example; their ± combines the"
          + " standard errors over the examples and, when there are several seeds, over the seeds."
          + " A difference of less than two standard errors shows nothing.";

  private static final String NOTHING = "-";

  private ResultsTable() {}

  /** The rows of the table, with one cell per column; a job without outcomes has one row. */
  public static List<List<String>> rows(List<JobReport> reports) {
    List<List<String>> rows = new ArrayList<>();
    for (JobReport report : reports) {
      for (EvaluationSet set : EvaluationSet.values()) {
        for (Arm arm : report.arms()) {
          report.loss(set, arm).ifPresent(loss -> rows.add(row(report, set, arm, loss)));
        }
      }
      if (report.arms().isEmpty()) {
        rows.add(row(report, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING));
      }
    }
    return rows;
  }

  private static List<String> row(JobReport report, EvaluationSet set, Arm arm, Estimate loss) {
    return row(
        report,
        lower(arm),
        arm == Arm.NONE ? NOTHING : Integer.toString(report.seeds(arm)),
        loss.count() + " " + set.label(),
        text(loss),
        difference(report, set, arm, Arm.NONE),
        difference(report, set, arm, Arm.RANDOM));
  }

  private static List<String> row(JobReport report, String... cells) {
    List<String> row =
        new ArrayList<>(
            List.of(
                report.job().getJobId(),
                Integer.toString(report.job().getBudget()),
                lower(report.result().getState())));
    row.addAll(List.of(cells));
    return row;
  }

  private static String difference(JobReport report, EvaluationSet set, Arm arm, Arm other) {
    return compared(report, set, arm, other)
        .map(
            difference ->
                difference.standardError() == 0 ? signed(difference.mean()) : text(difference))
        .orElse(NOTHING);
  }

  private static Optional<Difference> compared(
      JobReport report, EvaluationSet set, Arm arm, Arm other) {
    return arm == other || arm == Arm.NONE ? Optional.empty() : report.difference(set, arm, other);
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

  private static void add(ObjectNode node, JobReport report, Arm arm) {
    node.put("arm", lower(arm)).put("seeds", arm == Arm.NONE ? 0 : report.seeds(arm));
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

  private static void add(ObjectNode node, JobReport report, EvaluationSet set, Arm arm) {
    for (Arm other : List.of(Arm.NONE, Arm.RANDOM)) {
      compared(report, set, arm, other)
          .ifPresent(
              difference ->
                  node.putObject("difference_to_" + lower(other))
                      .put("mean", difference.mean())
                      .put("standard_error", difference.standardError())
                      .put("standard_error_over_examples", difference.overExamples())
                      .put("standard_error_over_seeds", difference.overSeeds()));
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
