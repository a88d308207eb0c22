package io.sluice.local.cli.job;

import io.sluice.local.cli.options.ConnectionOptions;
import io.sluice.streams.client.JobRequests;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code jobs fire}: fires a job for the current subset. */
@Command(
    name = "fire",
    description = {
      "Fire a job for the current subset of a task, and print its id.",
      "The subset must be full, and no job of this task and budget may be open. The triggers"
          + " (pool size, turnover and cooldown) do not apply."
    })
final class JobFireCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConnectionOptions connection;

  @Parameters(paramLabel = "TASK", description = "The task's id.")
  private String task;

  @Option(
      names = "--budget",
      required = true,
      paramLabel = "B",
      description = "One of the task's budgets.")
  private int budget;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "How long to wait for a response of the streams-app. Default: ${DEFAULT-VALUE}")
  private int wait;

  @Override
  public Integer call() throws IOException, InterruptedException {
    JobRequests.Outcome outcome =
        connection.use(
            access -> new JobRequests(access).fire(task, budget, Duration.ofSeconds(wait)));
    return JobOutcome.print(outcome, job -> job.getJobId(), spec.commandLine());
  }
}
