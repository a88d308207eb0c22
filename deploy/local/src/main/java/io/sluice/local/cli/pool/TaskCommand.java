package io.sluice.local.cli.pool;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code task}: target tasks. */
@Command(
    description = "Put, list and remove target tasks.",
    subcommands = {TaskPutCommand.class, TaskListCommand.class, TaskRemoveCommand.class},
    synopsisSubcommandLabel = "COMMAND")
public final class TaskCommand implements Runnable {
  @Spec private CommandSpec spec;

  /** Made by the command line. */
  public TaskCommand() {}

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "say what to do with tasks: put, list or remove");
  }
}
