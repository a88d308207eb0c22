package io.sluice.local.cli.pool;

import io.sluice.local.console.TextTable;
import io.sluice.schemas.TargetTask;
import io.sluice.streams.client.Coverage;
import io.sluice.streams.client.SubsetReader;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Prints the queries that the subsets of tasks serve worst.
 *
 * @param subsets reads the subsets
 */
record WeakQueries(SubsetReader subsets) {
  void print(Collection<TargetTask> tasks, PrintWriter out) {
    List<List<String>> rows = new ArrayList<>();
    List<String> remarks = new ArrayList<>();
    for (TargetTask task : tasks) {
      List<Integer> budgets = task.getBudgets();
      try {
        Coverage coverage =
            Coverage.of(subsets.read(task.getTaskId(), budgets.get(budgets.size() - 1)));
        coverage.weak().forEach(query -> rows.add(row(task, query)));
        remarks.add(remark(task, coverage));
      } catch (IllegalArgumentException e) {
        // The subset is still that of an earlier revision, or the task was removed meanwhile.
        remarks.add(e.getMessage());
      }
    }
    out.println();
    if (!rows.isEmpty()) {
      TextTable.print(List.of("TASK", "WEAK QUERY", "SELECTED", "SUPPORT", "BEST"), rows, out);
    }
    remarks.forEach(out::println);
  }

  private static List<String> row(TargetTask task, Coverage.OfQuery query) {
    return List.of(
        task.getTaskId(),
        query.query(),
        String.valueOf(query.candidates()),
        number(query.mean()),
        number(query.best().map(Float::doubleValue)));
  }

  private static String remark(TargetTask task, Coverage coverage) {
    if (coverage.median().isEmpty()) {
      return "%s: nothing is selected yet".formatted(task.getTaskId());
    }
    return "%s: %d of %d queries are weak; the median support is %s, and weak is what is below %s"
        .formatted(
            task.getTaskId(),
            coverage.weak().size(),
            coverage.queries().size(),
            number(coverage.median()),
            number(coverage.limit()));
  }

  private static String number(Optional<Double> number) {
    return number.map(each -> String.format(Locale.ROOT, "%.4f", each)).orElse("-");
  }
}
