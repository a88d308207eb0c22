package io.sluice.streams.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ParseResult;

/**
 * What a command did.
 *
 * @param exitCode 0, 1 or 2
 * @param out standard output
 * @param err standard error
 */
record CommandRun(int exitCode, String out, String err) {
  /** Runs a command as the launcher does. */
  static CommandRun of(Object command, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line =
        new CommandLine(command)
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .setExecutionExceptionHandler(CommandRun::report);
    int exitCode = line.execute(arguments);
    return new CommandRun(exitCode, out.toString(), err.toString());
  }

  private static int report(Exception failure, CommandLine line, ParseResult parsed) {
    line.getErr().println("error: " + failure.getMessage());
    return ExitCode.SOFTWARE;
  }

  List<String> lines() {
    return out.lines().toList();
  }
}
