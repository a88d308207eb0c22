package io.sluice.local.quickstart;

import io.sluice.gpuworker.finetune.ExampleLosses;
import io.sluice.local.console.TextTable;
import java.io.PrintWriter;
import java.util.List;

/** Prints what training on the subsets was worth. */
public final class ArmsTable {
  private ArmsTable() {}

  /**
   * Prints a row a task.
   *
   * @param seeds over which losses are averaged
   */
  public static void print(List<Arms> arms, int seeds, PrintWriter out) {
    out.println();
    out.println("Loss on each task's queries after training on:");
    out.println();
    TextTable.print(
        List.of(
            "TASK",
            "BUDGET",
            "NOTHING",
            "RANDOM SUBSET",
            "SELECTED SUBSET",
            "SELECTED - RANDOM",
            ""),
        arms.stream().map(ArmsTable::row).toList(),
        out);
    out.println();
    out.printf(
        "Nats a token: mean of the queries and its standard error; %d seed%s. %s.%n",
        seeds, seeds == 1 ? "" : "s", Comparison.settings());
    out.printf("A difference, taken query by query, is called one beyond two standard errors.%n");
    out.flush();
  }

  private static List<String> row(Arms arms) {
    return List.of(
        arms.task(),
        Integer.toString(arms.budget()),
        estimate("%.3f", arms.untuned()),
        estimate("%.3f", arms.random()),
        estimate("%.3f", arms.selected()),
        estimate("%+.3f", arms.difference()),
        arms.verdict().words());
  }

  private static String estimate(String form, ExampleLosses losses) {
    return (form + " ± %.3f").formatted(losses.mean(), losses.standardError());
  }
}
