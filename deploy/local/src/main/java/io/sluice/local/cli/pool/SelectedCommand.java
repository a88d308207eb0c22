package io.sluice.local.cli.pool;

import io.sluice.local.cli.options.ConnectionOptions;
import io.sluice.streams.client.Subset;
import io.sluice.streams.client.SubsetReader;
import io.sluice.streams.client.SubsetWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code selected}: prints the current subset of a task. */
@Command(
    description = {
      "Print the current subset of a task, in the order of selection.",
      "The output has one JSON object per line: {\"rank\", \"candidate_id\", \"score\", \"query\","
          + " \"messages\"}; the rank counts from 0, and the score is the similarity to the query"
          + " for which the candidate was selected."
    })
public final class SelectedCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConnectionOptions connection;

  @Parameters(paramLabel = "TASK", description = "The task's id.")
  private String task;

  @Option(
      names = "--budget",
      required = true,
      paramLabel = "B",
      description = "Size of the subset, in examples: from 1 to the task's largest budget.")
  private int budget;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Write the subset to this file instead of standard output.")
  private Optional<Path> out;

  /** Called by picocli. */
  public SelectedCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    Subset subset = connection.use(access -> new SubsetReader(access).read(task, budget));
    if (out.isPresent()) {
      try (Writer writer = Files.newBufferedWriter(out.get())) {
        SubsetWriter.write(subset, writer);
      }
    } else {
      SubsetWriter.write(subset, spec.commandLine().getOut());
    }
    int count = subset.entries().size();
    if (count < budget) {
      spec.commandLine().getErr().printf("%d of %d are selected so far%n", count, budget);
    }
    return 0;
  }
}
