package io.sluice.local.cli.deadletter;

import io.sluice.local.cli.options.ConnectionOptions;
import io.sluice.local.cli.pool.Amount;
import io.sluice.local.cli.pool.BarProgress;
import io.sluice.local.console.PlainText;
import io.sluice.local.console.TextTable;
import io.sluice.streams.client.StoredLetters;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code dead-letters list}: counts dead letters by reason. */
@Command(
    name = "list",
    description = {
      "List why records could not be used, the most frequent reason first.",
      "STAGE is the service: represent (worker), select (streams-app) or train (trainer). REASON is"
          + " what the reasons of the letters have in common: N stands for numbers, '…' for quoted"
          + " text. Give it to --reason of the other commands to choose these letters."
    })
final class LettersListCommand implements Callable<Integer> {
  private static final int SHOWN = 100;

  @Spec private CommandSpec spec;
  @Mixin private ConnectionOptions connection;
  @Mixin private LetterOptions chosen;

  @Override
  public Integer call() throws IOException, InterruptedException {
    ReasonTally tally =
        connection.use(
            kafka -> {
              ReasonTally counted = new ReasonTally();
              new StoredLetters(kafka, new BarProgress())
                  .forEach(chosen.filter(kafka.topics()), letter -> counted.add(letter.shown()));
              return counted;
            });
    PrintWriter out = spec.commandLine().getOut();
    out.println(Amount.of(tally.total(), "dead letter"));
    if (tally.total() > 0) {
      TextTable.print(
          List.of("COUNT", "STAGE", "TOPIC", "FIRST", "LAST", "REASON"),
          tally.mostFrequent(SHOWN).stream().map(LettersListCommand::row).toList(),
          out);
    }
    if (tally.kinds() > SHOWN) {
      out.printf(
          "and %d more kinds of reasons: choose by --topic, --stage or --since%n",
          tally.kinds() - SHOWN);
    }
    out.flush();
    return 0;
  }

  private static List<String> row(ReasonTally.Row row) {
    return List.of(
        Long.toString(row.count()),
        PlainText.of(row.stage()),
        PlainText.of(row.topic()),
        LetterTime.of(row.first()),
        LetterTime.of(row.last()),
        PlainText.of(row.kind()));
  }
}
