package io.sluice.local.cli.pool;

import io.sluice.local.cli.options.ConnectionOptions;
import io.sluice.local.cli.options.OutputFile;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.streams.client.Subset;
import io.sluice.streams.client.SubsetReader;
import io.sluice.streams.client.SubsetWriter;
import io.sluice.streams.client.TargetTasks;
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
          + " for which the candidate was selected.",
      "If there are fewer than B examples, standard error says how many, and whether the budget is"
          + " full by its learnt tokens. A size that is none of the task's budgets has the learnt"
          + " tokens of the next larger one, which standard error says too."
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
    if (out.isPresent()) {
      OutputFile.requireWritable("--out", out.get());
    }
    Selected selected = connection.use(this::read);
    Subset subset = selected.subset;
    if (out.isPresent()) {
      try (Writer writer = Files.newBufferedWriter(out.get())) {
        SubsetWriter.write(subset, writer);
      }
    } else {
      SubsetWriter.write(subset, spec.commandLine().getOut());
    }
    SelectedRemark.of(subset, budget, selected.status)
        .ifPresent(remark -> spec.commandLine().getErr().println(remark));
    return 0;
  }

  private Selected read(KafkaAccess kafka) {
    Subset subset = new SubsetReader(kafka).read(task, budget);
    return new Selected(
        subset,
        subset.task().getBudgetTokens().isEmpty()
            ? Optional.empty()
            : Optional.ofNullable(new TargetTasks(kafka).statuses().get(task)));
  }

  /** The status is only needed of a task with budgets in tokens. */
  private record Selected(Subset subset, Optional<TaskStatus> status) {}
}
