package io.sluice.local.cli.pool;

import io.sluice.local.cli.options.ConnectionOptions;
import io.sluice.local.console.TextTable;
import io.sluice.streams.audit.Explanation;
import io.sluice.streams.client.ExplanationJson;
import io.sluice.streams.client.Explanations;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code explain}: says why a candidate is selected for a task, or not. */
@Command(
    description = {
      "Say why a candidate is selected for a task, or not.",
      "Reads the topics alone, and nothing is written to Kafka. The first line has one of these"
          + " words:",
      "selected: it is in the subset of the largest budget.",
      "not_selected: it is in the pool, and others have all slots.",
      "duplicate: another candidate with the same content counts for it.",
      "pending: it should be selected, and the streams-app has yet to publish that.",
      "left_out: rules of the task leave it out.",
      "dead_letter: its record cannot be used; the reason follows.",
      "other_fingerprint, other_representation: its vectors cannot be compared with the task's"
          + " queries, or are those of another representation id.",
      "not_represented: it was sent, and no worker has represented it yet.",
      "retracted: it was retracted.",
      "unknown: no topic has a record of it.",
      "Of a candidate in the pool, a table follows with its score to each query. LOST is the number"
          + " of slots that it lost for the query, and the other columns are about the last of"
          + " these, which was the easiest to get: its number, the candidate that holds it, the"
          + " score of that candidate, and how much more it has (similarity, with knn-uniform"
          + " queries). The queries for which the candidate came closest come first."
    },
    exitCodeList = {
      "0:the answer is printed, whatever it is",
      "1:the command failed: there is no such task, for example",
      "2:wrong usage",
      "130:stopped by Ctrl-C"
    })
public final class ExplainCommand implements Callable<Integer> {
  private static final int SHOWN = 10;

  @Spec private CommandSpec spec;
  @Mixin private ConnectionOptions connection;

  @Parameters(paramLabel = "TASK", description = "The task's id.")
  private String task;

  @Parameters(paramLabel = "CANDIDATE", description = "The candidate's id.")
  private String candidate;

  @Option(
      names = "--json",
      description = "Print one JSON object with all queries, as the HTTP API answers.")
  private boolean json;

  /** Called by picocli. */
  public ExplainCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    Explanation explanation =
        connection.use(
            kafka -> new Explanations(kafka, new BarProgress()).explain(task, candidate));
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(ExplanationJson.of(explanation));
    } else {
      print(explanation, out);
    }
    out.flush();
    return 0;
  }

  private static void print(Explanation explanation, PrintWriter out) {
    out.printf(
        "Candidate %s, task %s, revision %d: %s%n",
        explanation.candidate(),
        explanation.task(),
        explanation.revision(),
        explanation.state().label());
    out.println("Why: " + explanation.why());
    if (!explanation.leaksWith().isEmpty()) {
      out.println("It shares text with: " + String.join(", ", explanation.leaksWith()));
    }
    List<Explanation.QueryScore> queries =
        explanation.queries().stream()
            .sorted(Comparator.comparingDouble(ExplainCommand::distance))
            .toList();
    if (!queries.isEmpty()) {
      TextTable.print(
          List.of("QUERY", "SCORE", "LOST", "SLOT", "TO", "ITS SCORE", "BY"),
          queries.stream().limit(SHOWN).map(ExplainCommand::row).toList(),
          out);
    }
    if (queries.size() > SHOWN) {
      out.printf("and %,d more queries: --json has all%n", queries.size() - SHOWN);
    }
  }

  /** How far from a slot of the query; queries for which nothing was lost come last. */
  private static double distance(Explanation.QueryScore query) {
    return query.lost().map(Explanation.Lost::by).orElse(Double.MAX_VALUE);
  }

  private static List<String> row(Explanation.QueryScore query) {
    return query
        .lost()
        .map(
            lost ->
                List.of(
                    query.query(),
                    number(query.score()),
                    String.valueOf(lost.slots()),
                    String.valueOf(lost.slot()),
                    lost.to(),
                    number(lost.score()),
                    number(lost.by())))
        .orElseGet(() -> List.of(query.query(), number(query.score()), "-", "-", "-", "-", "-"));
  }

  private static String number(double number) {
    return String.format(Locale.ROOT, "%.6f", number);
  }
}
