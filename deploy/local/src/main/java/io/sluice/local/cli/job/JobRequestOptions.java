package io.sluice.local.cli.job;

import io.sluice.local.cli.options.ConnectionOptions;
import io.sluice.schemas.FineTuneJob;
import io.sluice.streams.client.JobRequests;
import io.sluice.streams.client.JobRequests.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.util.function.BiFunction;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options and the work that the requests to fire and to cancel a job have in common. */
final class JobRequestOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description =
          "How long to wait for a response of the streams-app (default: ${DEFAULT-VALUE}).")
  private int wait;

  /**
   * Sends a request, waits for its outcome and prints it, an error on standard error.
   *
   * @param request sends the request and waits for the outcome for the given time
   * @param done gives the text to print for the job when the request was carried out
   * @return the exit code
   */
  int send(
      ConnectionOptions connection,
      BiFunction<JobRequests, Duration, Outcome> request,
      Function<FineTuneJob, String> done)
      throws IOException, InterruptedException {
    Outcome outcome =
        connection.use(access -> request.apply(new JobRequests(access), Duration.ofSeconds(wait)));
    return outcome.match(
        job -> {
          spec.commandLine().getOut().println(done.apply(job));
          return ExitCode.OK;
        },
        this::failed,
        () ->
            failed(
                "no streams-app has responded yet: is one running? The request remains in its"
                    + " topic and takes effect when a streams-app reads it"));
  }

  private int failed(String reason) {
    CommandLine command = spec.commandLine();
    command.getErr().println(command.getColorScheme().errorText("sluice: " + reason));
    return ExitCode.SOFTWARE;
  }
}
