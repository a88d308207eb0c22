package io.sluice.local.cli.bench;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench}: the parent of the commands that measure performance. */
@Command(
    description = "Measure performance on this machine.",
    synopsisSubcommandLabel = "WHAT",
    subcommands = {
      BenchRepresentCommand.class,
      BenchModelCommand.class,
      BenchMemoryCommand.class,
      BenchEncodingsCommand.class,
      BenchSelectCommand.class,
      BenchScoreCommand.class,
      BenchStreamCommand.class
    })
public final class BenchCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what to measure");
  }
}
