package io.sluice.local.cli.job;

import io.sluice.local.cli.options.ConnectionOptions;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code jobs cancel}: cancels an open job. */
@Command(
    name = "cancel",
    description = "Cancel a job that has not ended. A trainer that works on it stops.")
final class JobCancelCommand implements Callable<Integer> {
  @Mixin private ConnectionOptions connection;
  @Mixin private JobRequestOptions request;

  @Parameters(paramLabel = "JOB", description = "The job's id.")
  private String jobId;

  @Override
  public Integer call() throws IOException, InterruptedException {
    return request.send(
        connection,
        (requests, wait) -> requests.cancel(jobId, wait),
        job -> job.getJobId() + " cancelled");
  }
}
