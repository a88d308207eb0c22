package io.sluice.local.cli.job;

import io.sluice.schemas.FineTuneJob;
import io.sluice.streams.client.JobRequests.Outcome;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;

/** Tells what came of a request about jobs. */
final class JobAnswer {
  private JobAnswer() {}

  /**
   * Prints it.
   *
   * @param done what to print of the job when the request was carried out
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
            : "no streams-app has answered yet: is one running? The request stays, and is carried"
                + " out when one does";
    command.getErr().println(command.getColorScheme().errorText("sluice: " + reason));
    return ExitCode.SOFTWARE;
  }
}
