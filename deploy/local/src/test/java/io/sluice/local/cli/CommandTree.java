package io.sluice.local.cli;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import picocli.CommandLine;

/** The commands of the command line with all their subcommands. */
public final class CommandTree {
  private CommandTree() {}

  /** All commands, the root command first. */
  public static List<CommandLine> all() {
    List<CommandLine> all = new ArrayList<>();
    Deque<CommandLine> open = new ArrayDeque<>(List.of(Sluice.commandLine()));
    while (!open.isEmpty()) {
      CommandLine command = open.pop();
      all.add(command);
      open.addAll(command.getSubcommands().values());
    }
    return all;
  }
}
