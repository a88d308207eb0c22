package io.sluice.local.cli.job;

import io.sluice.local.cli.options.KafkaOptions;
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

/** {@code jobs fire}: a job for the subset as it is now. */
@Command(
    name = "fire",
    description = {
      "Fire a job for the subset of a task as it is now, and print its id.",
      "The subset must be full and no job of this task and budget open; pool, turnover and"
          + " cooldown do not matter."
    })
final class JobFireCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private KafkaOptions kafka;

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
      description = "How long to wait for the streams-app. Default: ${DEFAULT-VALUE}")
  private int wait;

  @Override
  public Integer call() throws IOException, InterruptedException {
    JobRequests.Outcome outcome =
        kafka.use(access -> new JobRequests(access).fire(task, budget, Duration.ofSeconds(wait)));
    return JobAnswer.print(outcome, job -> job.getJobId(), spec.commandLine());
  }
}
