package io.sluice.local.cli;

import io.sluice.gpuworker.device.DeviceFailure;
import io.sluice.local.cli.process.Logging;
import io.sluice.local.cli.service.Service;
import java.io.PrintWriter;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The root command {@code sluice}, and the entry point of the program.
 *
 * <p>Exit codes: 0 for success, 1 for failure, 2 for wrong usage, 75 if a device failed in a way
 * that only a new process can repair, 130 if Ctrl-C stopped the command.
 */
@Command(
    name = "sluice",
    description =
        "Selects the best instruction examples for each target task from a stream of candidates.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Sluice.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:success",
      "1:failure",
      "2:wrong usage",
      "75:a device failed, start again",
      "130:stopped by Ctrl-C"
    })
public final class Sluice implements Runnable {
  /** The exit code that shells report for a process that Ctrl-C ended: 128 + SIGINT. */
  private static final int INTERRUPTED = 130;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "Log to the console, and print the stack trace of an error.")
  private boolean verbose;

  /** Runs a command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    System.exit(commandLine(args).execute(args));
  }

  /** The command line with all its commands, ready to execute. */
  public static CommandLine commandLine() {
    return commandLine(EnumSet.allOf(Subcommand.class));
  }

  /** The command line with only those commands that are needed to execute these arguments. */
  public static CommandLine commandLine(String... args) {
    return commandLine(Subcommand.neededFor(args));
  }

  private static CommandLine commandLine(Set<Subcommand> subcommands) {
    Sluice sluice = new Sluice();
    CommandLine line = new CommandLine(sluice);
    subcommands.forEach(each -> line.addSubcommand(each.label(), each.command()));
    return line.setUsageHelpAutoWidth(true)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionStrategy(sluice::execute)
        .setParameterExceptionHandler((e, args) -> wrongUsage(e))
        .setExecutionExceptionHandler((e, command, parsed) -> sluice.failed(e, command));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no command given");
  }

  private int execute(ParseResult parsed) {
    if (verbose) {
      Logging.verbose();
    } else if (parsed.hasSubcommand()
        && parsed.subcommand().commandSpec().userObject() instanceof Service) {
      Logging.service();
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  private int failed(Exception failure, CommandLine command) {
    if (failure instanceof InterruptedException) {
      return INTERRUPTED;
    }
    PrintWriter err = command.getErr();
    err.println(command.getColorScheme().errorText("sluice: " + ErrorMessage.of(failure)));
    if (verbose) {
      failure.printStackTrace(err);
    }
    return isOfDevice(failure) ? DeviceFailure.EXIT_CODE : ExitCode.SOFTWARE;
  }

  private static boolean isOfDevice(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
        .anyMatch(DeviceFailure.class::isInstance);
  }

  private static int wrongUsage(ParameterException failure) {
    CommandLine command = failure.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(command.getColorScheme().errorText("sluice: " + failure.getMessage()));
    CommandLine.UnmatchedArgumentException.printSuggestions(failure, err);
    err.printf("Try '%s --help'.%n", command.getCommandSpec().qualifiedName());
    return ExitCode.USAGE;
  }

  /** Reads the version from the jar's manifest, where the build has put it. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version =
          Optional.ofNullable(Sluice.class.getPackage().getImplementationVersion())
              .orElse("of a build folder");
      return new String[] {
        "Sluice " + version, "Java ${java.version} (${java.vendor}), ${os.name} ${os.arch}"
      };
    }
  }
}
