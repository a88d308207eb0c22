package io.sluice.local.cli.pool;

import io.sluice.local.cli.options.ConnectionOptions;
import io.sluice.local.console.TextTable;
import io.sluice.local.quickstart.TierFill;
import io.sluice.schemas.ArmStatus;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.streams.client.SubsetReader;
import io.sluice.streams.client.TargetTasks;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code task list}: prints the target tasks with their progress. */
@Command(
    name = "list",
    description = {
      "List the target tasks.",
      "A dash stands for what no streams-app has reported yet.",
      "POOL is the number of eligible candidates scored so far, LEFT OUT the number that the task's"
          + " rules leave out, WAITING the number that workers have represented and that are still"
          + " to be scored for the task (candidates that no worker has represented yet are not in"
          + " it), and FILLED the selected candidates of each budget, as selected/budget. Of a task"
          + " with budgets in tokens, the learnt tokens of the selected candidates and of the"
          + " budget follow in brackets, and 'full' if the next candidate would exceed one of the"
          + " two: such a subset has often fewer candidates than its budget. Below the table, the"
          + " numbers left out by each reason follow, the number of candidates that share text with"
          + " the task's queries or held-out examples, and the arms that its jobs compare with.",
      "With --weak, the weak queries of each task follow: those that the subset of the largest"
          + " budget serves worst, so that data like them is missing. The support of a query is the"
          + " mean similarity to it of the candidates that were selected for it. A query is weak if"
          + " there are none, or if its support is below the median over the task's queries by more"
          + " than twice their spread (1.4826 x the median distance from that median)."
    })
final class TaskListCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConnectionOptions connection;

  @Option(names = "--weak", description = "Also list the weak queries of each task.")
  private boolean weak;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    connection.use(
        access -> {
          TargetTasks tasks = new TargetTasks(access);
          Map<String, TargetTask> all = tasks.all();
          print(all, tasks.statuses(), out);
          if (weak) {
            new WeakQueries(new SubsetReader(access)).print(all.values(), out);
          }
          return 0;
        });
    return 0;
  }

  private static void print(
      Map<String, TargetTask> tasks, Map<String, TaskStatus> statuses, PrintWriter out) {
    TextTable.print(
        List.of("TASK", "REVISION", "QUERIES", "POOL", "LEFT OUT", "WAITING", "FILLED"),
        rows(tasks, statuses),
        out);
    tasks
        .values()
        .forEach(
            task ->
                status(task, statuses)
                    .map(status -> remarks(task, status))
                    .orElseGet(() -> List.of(unreported(task, statuses)))
                    .forEach(out::println));
  }

  /** Why nothing is known about the newest revision of a task. */
  private static String unreported(TargetTask task, Map<String, TaskStatus> statuses) {
    return Optional.ofNullable(statuses.get(task.getTaskId()))
        .map(
            status ->
                "%s: revision %d is being prepared, while revision %d is served"
                    .formatted(task.getTaskId(), task.getRevision(), status.getRevision()))
        .orElseGet(
            () ->
                "%s: no streams-app has reported on it yet: does 'sluice streams' run?"
                    .formatted(task.getTaskId()));
  }

  private static List<String> remarks(TargetTask task, TaskStatus status) {
    List<String> remarks = new ArrayList<>();
    if (!status.getLeftOut().isEmpty()) {
      remarks.add(reasons(status));
    }
    if (status.getLeaks() > 0) {
      remarks.add(
          "%s: %s of the pool %s text with its queries or held-out examples"
              .formatted(
                  status.getTaskId(),
                  Amount.of(status.getLeaks(), "candidate"),
                  status.getLeaks() == 1 ? "shares" : "share"));
    }
    SmallPool.remark(task, status.getPool()).ifPresent(remarks::add);
    for (ArmStatus arm : status.getArms()) {
      remarks.add(
          "%s, arm %s: %s by representation %s, pool %d, selected %d%s"
              .formatted(
                  status.getTaskId(),
                  arm.getName(),
                  arm.getAlgorithm(),
                  arm.getRepresentationId(),
                  arm.getPool(),
                  arm.getSelected(),
                  arm.getProblem().isEmpty()
                      ? ""
                      : "; no job of the largest budget yet: " + arm.getProblem()));
    }
    return remarks;
  }

  private static String reasons(TaskStatus status) {
    return "%s leaves out: %s"
        .formatted(
            status.getTaskId(),
            new TreeMap<>(status.getLeftOut())
                .entrySet().stream()
                    .map(reason -> reason.getKey() + " " + reason.getValue())
                    .collect(Collectors.joining(", ")));
  }

  private static Optional<TaskStatus> status(TargetTask task, Map<String, TaskStatus> statuses) {
    return Optional.ofNullable(statuses.get(task.getTaskId()))
        .filter(s -> s.getRevision() == task.getRevision());
  }

  private static long leftOut(TaskStatus status) {
    return status.getLeftOut().values().stream().mapToLong(Long::longValue).sum();
  }

  private static List<List<String>> rows(
      Map<String, TargetTask> tasks, Map<String, TaskStatus> statuses) {
    List<List<String>> rows = new ArrayList<>();
    for (TargetTask task : tasks.values()) {
      Optional<TaskStatus> status = status(task, statuses);
      rows.add(
          List.of(
              task.getTaskId(),
              Integer.toString(task.getRevision()),
              Integer.toString(task.getQueries().size()),
              status.map(s -> Long.toString(s.getPool())).orElse("-"),
              status.map(s -> Long.toString(leftOut(s))).orElse("-"),
              status.map(s -> Long.toString(s.getWaiting())).orElse("-"),
              filled(task, status)));
    }
    return rows;
  }

  private static String filled(TargetTask task, Optional<TaskStatus> status) {
    return TierFill.of(task, status).stream()
        .map(TierFill::toString)
        .collect(Collectors.joining(" "));
  }
}
