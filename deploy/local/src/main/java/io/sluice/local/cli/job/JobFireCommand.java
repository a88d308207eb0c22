package io.sluice.local.cli.job;

import io.sluice.local.cli.options.ConnectionOptions;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jobs fire}: fires a job for the current subset. */
@Command(
    name = "fire",
    description = {
      "Fire a job for the current subset of a task, and print its id.",
      "The subset must be full, and no job of this task and budget may be open. The triggers"
          + " (pool size, turnover and cooldown) do not apply."
    })
final class JobFireCommand implements Callable<Integer> {
  @Mixin private ConnectionOptions connection;
  @Mixin private JobRequestOptions request;

  @Parameters(paramLabel = "TASK", description = "The task's id.")
  private String task;

  @Option(
      names = "--budget",
      required = true,
      paramLabel = "B",
      description = "One of the task's budgets.")
  private int budget;

  @Override
  public Integer call() throws IOException, InterruptedException {
    return request.send(
        connection, (requests, wait) -> requests.fire(task, budget, wait), job -> job.getJobId());
  }
}
