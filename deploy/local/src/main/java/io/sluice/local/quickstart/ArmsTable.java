package io.sluice.local.quickstart;

import io.sluice.gpuworker.finetune.ExampleLosses;
import io.sluice.local.console.TextTable;
import java.io.PrintWriter;
import java.util.List;

/** Prints the losses of a comparison as a table. */
public final class ArmsTable {
  private ArmsTable() {}

  /**
   * Prints the table, one row per task, and how to read it.
   *
   * @param seeds number of seeds over which the losses were averaged
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
        "Nats per token: mean over the queries ± its standard error; %d seed%s. %s.%n",
        seeds, seeds == 1 ? "" : "s", Comparison.settings());
    out.println(
        "Differences are taken query by query; only those beyond two standard errors count.");
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
        arms.verdict().text());
  }

  private static String estimate(String form, ExampleLosses losses) {
    return (form + " ± %.3f").formatted(losses.mean(), losses.standardError());
  }
}
