package io.sluice.local.quickstart;

import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.TierStatus;
import io.sluice.streams.cli.TextTable;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Prints what a quickstart brought about. */
public final class OutcomeTable {
  private static final int SOURCES_SHOWN = 4;

  private OutcomeTable() {}

  /** Prints the tasks, where their subsets are, and what could not be used. */
  public static void print(Outcome outcome, PrintWriter out) {
    out.println();
    TextTable.print(
        List.of(
            "TASK",
            "POOL",
            "NOMINATED",
            "SELECTED",
            "JOBS (BUDGETS)",
            "SOURCES OF THE SUBSET (POOL)"),
        outcome.tasks().stream().map(task -> row(task, outcome.pool())).toList(),
        out);
    out.println();
    for (Outcome.Task task : outcome.tasks()) {
      out.printf("%s: %s%n", task.status().getTaskId(), task.file());
    }
    if (outcome.feed().invalid() > 0) {
      out.printf("%d lines of the candidate file were left out%n", outcome.feed().invalid());
    }
    outcome
        .deadLetters()
        .forEach(
            (cause, count) ->
                out.printf("%d dead letters of %s: %s%n", count, cause.topic(), cause.reason()));
    out.flush();
  }

  private static List<String> row(Outcome.Task task, Map<String, Long> pool) {
    TaskStatus status = task.status();
    return List.of(
        status.getTaskId(),
        Long.toString(status.getPool()),
        Long.toString(status.getNominated()),
        Integer.toString(status.getSelected()),
        jobs(status),
        shares(task, pool));
  }

  private static String jobs(TaskStatus status) {
    int all = status.getTiers().stream().mapToInt(TierStatus::getJobs).sum();
    String budgets =
        status.getTiers().stream()
            .filter(tier -> tier.getJobs() > 0)
            .map(tier -> Integer.toString(tier.getBudget()))
            .collect(Collectors.joining(", "));
    return all == 0 ? "0" : "%d (%s)".formatted(all, budgets);
  }

  /** The sources with the largest shares of the subset, each with its share of the pool. */
  private static String shares(Outcome.Task task, Map<String, Long> pool) {
    Map<String, Long> subset =
        task.subset().entries().stream()
            .collect(
                Collectors.groupingBy(
                    entry -> entry.instruction().getSource(), TreeMap::new, Collectors.counting()));
    List<Map.Entry<String, Long>> largest = new ArrayList<>(subset.entrySet());
    largest.sort(Map.Entry.comparingByValue(Comparator.reverseOrder()));
    String shown =
        largest.stream()
            .limit(SOURCES_SHOWN)
            .map(
                entry ->
                    "%s %s (%s)"
                        .formatted(
                            entry.getKey().isEmpty() ? "no source" : entry.getKey(),
                            percent(entry.getValue(), total(subset)),
                            percent(pool.getOrDefault(entry.getKey(), 0L), total(pool))))
            .collect(Collectors.joining(", "));
    int more = largest.size() - SOURCES_SHOWN;
    return more > 0 ? shown + ", %d more".formatted(more) : shown;
  }

  private static long total(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  private static String percent(long part, long whole) {
    return "%.0f%%".formatted(100.0 * part / Math.max(1, whole));
  }
}
