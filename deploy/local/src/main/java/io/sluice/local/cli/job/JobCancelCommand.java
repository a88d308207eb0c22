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

/** {@code jobs cancel}: cancels an open job. */
@Command(
    name = "cancel",
    description = "Cancel a job that has not ended. A trainer that works on it stops.")
final class JobCancelCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConnectionOptions connection;

  @Parameters(paramLabel = "JOB", description = "The job's id.")
  private String jobId;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "How long to wait for a response of the streams-app. Default: ${DEFAULT-VALUE}")
  private int wait;

  @Override
  public Integer call() throws IOException, InterruptedException {
    JobRequests.Outcome outcome =
        connection.use(access -> new JobRequests(access).cancel(jobId, Duration.ofSeconds(wait)));
    return JobOutcome.print(outcome, job -> job.getJobId() + " cancelled", spec.commandLine());
  }
}
