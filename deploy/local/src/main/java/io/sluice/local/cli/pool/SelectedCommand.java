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

/** {@code selected}: the subset of a task as it is now. */
@Command(
    description = {
      "Print the subset of a task as it is now, in selection order.",
      "One JSON object a line: {\"rank\", \"candidate_id\", \"score\", \"query\", \"messages\"}; rank"
          + " counts from 0, score is the similarity to the query whose turn it was."
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
      description = "Size of the subset, in examples: 1 to the task's largest budget.")
  private int budget;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Write to this file instead of standard output.")
  private Optional<Path> out;

  /** Made by the command line. */
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
