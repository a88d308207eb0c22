package io.sluice.local.cli.job;

import io.sluice.schemas.FineTuneJob;
import io.sluice.streams.client.JobRequests.Outcome;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;

/** Prints the outcome of a request to fire or cancel a job. */
final class JobOutcome {
  private JobOutcome() {}

  /**
   * Prints the outcome, an error on standard error.
   *
   * @param done gives the text to print for the job when the request was carried out
   * @return the exit code
   */
  static int print(Outcome outcome, Function<FineTuneJob, String> done, CommandLine command) {
    return outcome.match(
        job -> {
          command.getOut().println(done.apply(job));
          return ExitCode.OK;
        },
        reason -> failed(reason, command),
        () ->
            failed(
                "no streams-app has responded yet: is one running? The request remains in its"
                    + " topic and takes effect when a streams-app reads it",
                command));
  }

  private static int failed(String reason, CommandLine command) {
    command.getErr().println(command.getColorScheme().errorText("sluice: " + reason));
    return ExitCode.SOFTWARE;
  }
}
