package io.sluice.local.cli.pool;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code task}: the parent of the commands that manage target tasks. */
@Command(
    description = "Create, change, list and remove target tasks.",
    subcommands = {TaskPutCommand.class, TaskListCommand.class, TaskRemoveCommand.class},
    synopsisSubcommandLabel = "COMMAND")
public final class TaskCommand implements Runnable {
  @Spec private CommandSpec spec;

  /** Called by picocli. */
  public TaskCommand() {}

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "no command given: use task put, task list or task remove");
  }
}
