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
    if (outcome instanceof Outcome.Done carriedOut) {
      command.getOut().println(done.apply(carriedOut.job()));
      return ExitCode.OK;
    }
    String reason =
        outcome instanceof Outcome.Refused refused
            ? refused.reason()
            : "no streams-app has responded yet: is one running? The request remains in its topic and"
                + " takes effect when a streams-app reads it";
    command.getErr().println(command.getColorScheme().errorText("sluice: " + reason));
    return ExitCode.SOFTWARE;
  }
}
