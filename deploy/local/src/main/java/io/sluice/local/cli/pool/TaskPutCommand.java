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

/** {@code task put}: writes the task of a file to the topic target-tasks. */
@Command(
    name = "put",
    description = {
      "Create a target task, or a new revision of it.",
      "The file holds {\"task\", \"queries\": [{\"id\"?, \"messages\": [{\"role\", \"content\"}]}],"
          + " \"budgets\"?, \"representation_id\"?, \"algorithm\"?,"
          + " \"where\"?, \"min_tokens\"?, \"max_tokens\"?, \"duplicates\"?, \"leaks\"?,"
          + " \"leak_words\"?, \"budget_tokens\"?,"
          + " \"min_pool_factor\"?, \"refresh_turnover\"?, \"cooldown_seconds\"?, \"controls\"?,"
          + " \"seeds\"?, \"hyper_parameters\"?, \"launcher\"?, \"held_out\"?}; options override"
          + " the file. A task that exists and has not changed keeps its revision."
    })
final class TaskPutCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConnectionOptions connection;

  @Parameters(paramLabel = "FILE", description = "The task as JSON.")
  private Path file;

  @Option(names = "--id", paramLabel = "ID", description = "Id of the task: A-Z a-z 0-9 . _ -")
  private Optional<String> id;

  @Option(
      names = "--budget",
      split = ",",
      paramLabel = "B",
      description =
          "Sizes of the subsets to train on, in examples, in ascending order, such as 50,100,200.")
  private List<Integer> budgets = List.of();

  @Option(
      names = "--representation-id",
      paramLabel = "ID",
      description =
          "Id of the representation by which candidates are compared with the task (default:"
              + " default).")
  private Optional<String> representationId;

  @Option(
      names = "--algorithm",
      paramLabel = "NAME",
      description =
          "Selection algorithm: round-robin, doubly-greedy, knn-uniform, random or random:SEED (default:"
              + " round-robin).")
  private Optional<String> algorithm;

  @Option(
      names = "--min-pool-factor",
      paramLabel = "F",
      description =
          "Fire the first job for budget B when the pool has F x B candidates; F is at least 1"
              + " (default: 10).")
  private Optional<Double> minPoolFactor;

  @Option(
      names = "--refresh-turnover",
      paramLabel = "F",
      description =
          "Fire another job when this share of the subset has changed since the last one; above 0,"
              + " at most 1 (default: 0.2).")
  private Optional<Double> refreshTurnover;

  @Option(
      names = "--cooldown",
      paramLabel = "SECONDS",
      description = "Minimum time between two jobs that fire automatically (default: 3600).")
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
