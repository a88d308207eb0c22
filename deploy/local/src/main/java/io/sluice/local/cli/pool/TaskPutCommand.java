package io.sluice.local.cli.pool;

import io.sluice.local.cli.options.ConnectionOptions;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.file.TaskFile;
import io.sluice.streams.client.TargetTasks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code task put}: a task file into topic target-tasks. */
@Command(
    name = "put",
    description = {
      "Put a target task, or a new revision of it.",
      "The file holds {\"task\", \"queries\": [{\"id\"?, \"messages\": [{\"role\", \"content\"}]}],"
          + " \"budgets\"?, \"representation_id\"?, \"algorithm\"?,"
          + " \"min_pool_factor\"?, \"refresh_turnover\"?, \"cooldown_seconds\"?, \"controls\"?,"
          + " \"seeds\"?, \"hyper_parameters\"?, \"launcher\"?, \"held_out\"?}; options override it."
          + " A task that is there already and has not changed keeps its revision."
    })
final class TaskPutCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConnectionOptions connection;

  @Parameters(paramLabel = "FILE", description = "The task, as JSON.")
  private Path file;

  @Option(names = "--id", paramLabel = "ID", description = "The task's id: A-Z a-z 0-9 . _ -")
  private Optional<String> id;

  @Option(
      names = "--budget",
      split = ",",
      paramLabel = "B",
      description = "Sizes at which to train, in examples, ascending, for example 50,100,200")
  private List<Integer> budgets = List.of();

  @Option(
      names = "--representation-id",
      paramLabel = "ID",
      description = "The deployment of workers that represents the task. Default: default")
  private Optional<String> representationId;

  @Option(
      names = "--algorithm",
      paramLabel = "NAME",
      description =
          "The rule of selection: round-robin, doubly-greedy, random or random:SEED."
              + " Default: round-robin")
  private Optional<String> algorithm;

  @Option(
      names = "--min-pool-factor",
      paramLabel = "F",
      description =
          "Fire a job for budget B when the pool holds F x B candidates, F at least 1. Default: 10")
  private Optional<Double> minPoolFactor;

  @Option(
      names = "--refresh-turnover",
      paramLabel = "F",
      description =
          "Fire a further job when this share of the subset is new, above 0, at most 1."
              + " Default: 0.2")
  private Optional<Double> refreshTurnover;

  @Option(
      names = "--cooldown",
      paramLabel = "SECONDS",
      description = "Pause between two jobs that fire by themselves. Default: 3600")
  private Optional<Integer> cooldown;

  @Override
  public Integer call() throws IOException, InterruptedException {
    TargetTask proposal = proposal(TaskFile.read(file));
    TargetTasks.Put put = connection.use(access -> new TargetTasks(access).put(proposal));
    TargetTask task = put.task();
    spec.commandLine()
        .getOut()
        .printf(
            "task %s: revision %d%s, %d queries, budgets %s, %s%n",
            task.getTaskId(),
            task.getRevision(),
            put.changed() ? "" : " (unchanged)",
            task.getQueries().size(),
            task.getBudgets(),
            task.getAlgorithm());
    return 0;
  }

  private TargetTask proposal(TaskFile content) {
    TargetTask.Builder task = TargetTask.newBuilder(content.toTargetTask(1));
    id.ifPresent(task::setTaskId);
    if (!budgets.isEmpty()) {
      task.setBudgets(budgets);
    }
    representationId.ifPresent(task::setRepresentationId);
    algorithm.ifPresent(task::setAlgorithm);
    minPoolFactor.ifPresent(task::setMinPoolFactor);
    refreshTurnover.ifPresent(task::setRefreshTurnover);
    cooldown.ifPresent(task::setCooldown);
    return task.build();
  }
}
