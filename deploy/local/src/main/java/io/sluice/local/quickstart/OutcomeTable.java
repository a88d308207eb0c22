package io.sluice.local.quickstart;

import io.sluice.local.console.TextTable;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.TierStatus;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Prints the results of a quickstart as tables. */
public final class OutcomeTable {
  private static final int SOURCES_SHOWN = 2;

  private OutcomeTable() {}

  /** Prints the tasks, the sources of their subsets, and how many inputs could not be used. */
  public static void print(Outcome outcome, PrintWriter out) {
    out.println();
    TextTable.print(
        List.of("TASK", "POOL", "NOMINATED", "SELECTED", "JOBS (BUDGETS)", "SUBSET"),
        outcome.tasks().stream().map(OutcomeTable::row).toList(),
        out);
    out.println();
    out.println("Sources of the subsets, compared with the sources of the pool:");
    out.println();
    TextTable.print(
        List.of("TASK", "SOURCE", "OF THE POOL", "OF THE SUBSETS"),
        outcome.tasks().stream().flatMap(task -> shares(task, outcome.pool()).stream()).toList(),
        out);
    if (outcome.feed().invalid() > 0) {
      out.printf(
          "%d lines of the candidate file were left out because they cannot be used%n",
          outcome.feed().invalid());
    }
    outcome
        .deadLetters()
        .forEach(
            (cause, count) ->
                out.printf("%d dead letters of %s: %s%n", count, cause.topic(), cause.reason()));
    out.flush();
  }

  private static List<String> row(Outcome.Task task) {
    TaskStatus status = task.status();
    return List.of(
        status.getTaskId(),
        Long.toString(status.getPool()),
        Long.toString(status.getNominated()),
        Integer.toString(status.getSelected()),
        jobs(status),
        task.file().toString());
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

  /** Returns a row for each of the most frequent sources of the subset, and one for all others. */
  private static List<List<String>> shares(Outcome.Task task, Outcome.Pool pool) {
    Map<String, Long> ofPool = pool.bySource();
    Map<String, Long> ofSubset = task.bySource(task.subset().entries().size());
    Set<String> largest =
        ofSubset.entrySet().stream()
            .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
            .limit(SOURCES_SHOWN)
            .map(Map.Entry::getKey)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    List<List<String>> rows = new ArrayList<>();
    for (String source : largest) {
      rows.add(
          List.of(
              rows.isEmpty() ? task.status().getTaskId() : "",
              source.isEmpty() ? "no source" : source,
              share(ofPool, source::equals),
              shares(task, source::equals)));
    }
    if (!largest.containsAll(ofPool.keySet())) {
      Predicate<String> other = source -> !largest.contains(source);
      rows.add(List.of("", "all others", share(ofPool, other), shares(task, other)));
    }
    return rows;
  }

  /** Describes the share of some sources in the subset of each budget. */
  private static String shares(Outcome.Task task, Predicate<String> sources) {
    return task.tiers().stream()
        .map(tier -> share(task.bySource(tier.filled()), sources) + " of " + tier.size())
        .collect(Collectors.joining("  "));
  }

  private static String share(Map<String, Long> counts, Predicate<String> sources) {
    long all = counts.values().stream().mapToLong(Long::longValue).sum();
    long some =
        counts.entrySet().stream()
            .filter(source -> sources.test(source.getKey()))
            .mapToLong(Map.Entry::getValue)
            .sum();
    return "%3.0f%%".formatted(100.0 * some / Math.max(1, all));
  }
}
