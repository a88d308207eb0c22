package io.sluice.local.cli.pool;

import io.sluice.local.cli.options.ConnectionOptions;
import io.sluice.local.console.TextTable;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.streams.client.TargetTasks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code task list}: prints the target tasks with their progress. */
@Command(
    name = "list",
    description = {
      "List the target tasks.",
      "POOL is the number of eligible candidates scored so far, WAITING the number still to be"
          + " scored for the task, and FILLED the selected candidates of each budget, as"
          + " selected/budget."
    })
final class TaskListCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConnectionOptions connection;

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<List<String>> rows =
        connection.use(
            access -> {
              TargetTasks tasks = new TargetTasks(access);
              return rows(tasks.all(), tasks.statuses());
            });
    TextTable.print(
        List.of("TASK", "REVISION", "QUERIES", "POOL", "WAITING", "FILLED"),
        rows,
        spec.commandLine().getOut());
    return 0;
  }

  private static List<List<String>> rows(
      Map<String, TargetTask> tasks, Map<String, TaskStatus> statuses) {
    List<List<String>> rows = new ArrayList<>();
    for (TargetTask task : tasks.values()) {
      Optional<TaskStatus> status =
          Optional.ofNullable(statuses.get(task.getTaskId()))
              .filter(s -> s.getRevision() == task.getRevision());
      rows.add(
          List.of(
              task.getTaskId(),
              Integer.toString(task.getRevision()),
              Integer.toString(task.getQueries().size()),
              status.map(s -> Long.toString(s.getPool())).orElse("-"),
              status.map(s -> Long.toString(s.getWaiting())).orElse("-"),
              status.map(TaskListCommand::filled).orElseGet(() -> unfilled(task))));
    }
    return rows;
  }

  private static String filled(TaskStatus status) {
    return status.getTiers().stream()
        .map(tier -> tier.getFilled() + "/" + tier.getBudget())
        .collect(Collectors.joining(" "));
  }

  private static String unfilled(TargetTask task) {
    return task.getBudgets().stream().map(b -> "0/" + b).collect(Collectors.joining(" "));
  }
}
