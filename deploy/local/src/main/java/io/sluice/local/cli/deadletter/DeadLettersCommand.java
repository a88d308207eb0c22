package io.sluice.local.cli.deadletter;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dead-letters}: the parent of the commands on dead letters. */
@Command(
    description =
        "List and show records that could not be used, and send them to their topics again.",
    subcommands = {LettersListCommand.class, LettersShowCommand.class, LettersReplayCommand.class},
    synopsisSubcommandLabel = "COMMAND")
public final class DeadLettersCommand implements Runnable {
  @Spec private CommandSpec spec;

  /** Called by picocli. */
  public DeadLettersCommand() {}

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "no command given: use dead-letters list, dead-letters show or dead-letters replay");
  }
}
