package io.sluice.streams.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.schemas.Arm;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What became of jobs: a row an arm, for people or as JSON. */
public final class ResultsTable {
  /** The titles of the columns. */
  public static final List<String> HEADER =
      List.of("JOB", "BUDGET", "STATE", "ARM", "SEEDS", "QUERY LOSS", "TO NONE", "TO RANDOM");

  private static final String NOTHING = "-";

  private ResultsTable() {}

  /** The rows, as many cells each as there are titles; a job without outcomes has one. */
  public static List<List<String>> rows(List<JobReport> reports) {
    List<List<String>> rows = new ArrayList<>();
    for (JobReport report : reports) {
      for (Arm arm : report.arms()) {
        rows.add(
            row(
                report,
                lower(arm),
                arm == Arm.NONE ? NOTHING : Integer.toString(report.seeds(arm)),
                text(report.queryLoss(arm)),
                difference(report, arm, Arm.NONE),
                difference(report, arm, Arm.RANDOM)));
      }
      if (report.arms().isEmpty()) {
        rows.add(row(report, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING));
      }
    }
    return rows;
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

  private static String difference(JobReport report, Arm arm, Arm other) {
    return compared(report, arm, other)
        .map(
            d ->
                d.count() == 1
                    ? signed(d.mean())
                    : signed(d.mean()) + " ± " + number(d.standardError()))
        .orElse(NOTHING);
  }

  private static Optional<Estimate> compared(JobReport report, Arm arm, Arm other) {
    return arm == other || arm == Arm.NONE ? Optional.empty() : report.difference(arm, other);
  }

  /** For machines. */
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
    put(node, "query_loss", Optional.of(report.queryLoss(arm)));
    put(node, "held_out_loss", report.heldOutLoss(arm));
    put(node, "difference_to_none", compared(report, arm, Arm.NONE));
    put(node, "difference_to_random", compared(report, arm, Arm.RANDOM));
  }

  private static void put(ObjectNode node, String name, Optional<Estimate> estimate) {
    estimate.ifPresent(
        known ->
            node.putObject(name)
                .put("mean", known.mean())
                .put("standard_error", known.standardError())
                .put("count", known.count()));
  }

  static String text(Estimate estimate) {
    return number(estimate.mean()) + " ± " + number(estimate.standardError());
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
