package io.sluice.local.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * A command that was run in this JVM.
 *
 * @param exitCode its exit code
 * @param out what it printed
 * @param err what it printed to standard error
 */
public record CommandRun(int exitCode, String out, String err) {
  public static CommandRun of(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        Sluice.commandLine(args)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(args);
    return new CommandRun(exitCode, out.toString(), err.toString());
  }
}
