package io.sluice.gpuworker.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Trains by a user's program. A run that was broken off starts from the beginning; what its program
 * has left running on this host is ended first.
 */
final class CommandLauncher implements Launcher {
  private static final Duration FOREVER = Duration.ofDays(3650);

  /** The exit code of a program that the signal KILL (9) ended, as shells and Java report it. */
  private static final int KILLED = 128 + 9;

  private static final int MAX_SHOWN_CHARACTERS = 300;

  private final CommandTemplate command;

  /** A program inherits the environment of the trainer. */
  private final Secrets secrets = Secrets.of(System.getenv());

  CommandLauncher(CommandTemplate command) {
    this.command = command;
  }

  @Override
  public String identity() {
    return String.join("\0", command.arguments());
  }

  @Override
  public Trained train(TrainingOrder order, RunControl control)
      throws JobFailedException, IOException, InterruptedException {
    List<String> filled = command.fill(order.values());
    requireProgram(filled.get(0));
    RunFolder folder = order.folder();
    folder.clearWriting();
    OutputEnd output = new OutputEnd(folder.log(), secrets);
    ProcessGroup group = ProcessGroup.start(filled, folder.log(), folder.process());
    Optional<Integer> exit;
    try {
      exit =
          group.await(
              order.timeLimit().orElse(FOREVER), () -> output.changed().ifPresent(control::output));
    } finally {
      group.kill();
      output.changed().ifPresent(control::output);
    }
    if (exit.isEmpty()) {
      throw new JobFailedException(
          "the command was still running after %d s, which is time.limit.seconds; its output is in %s"
              .formatted(order.timeLimit().orElse(FOREVER).toSeconds(), folder.log()));
    }
    if (exit.get() != 0) {
      throw new JobFailedException(
          "the command ended with exit code %d%s; the end of %s: %s"
              .formatted(
                  exit.get(),
                  exit.get() == KILLED ? ": it was killed, perhaps because memory ran out" : "",
                  folder.log(),
                  lastLine(output)));
    }
    return new Trained(folder.writing(), 0, "");
  }

  /** Checked beforehand, since {@code setsid} would only write the failure into the log. */
  private static void requireProgram(String program) throws JobFailedException {
    boolean found =
        program.contains("/")
            ? Files.isRegularFile(Path.of(program)) && Files.isExecutable(Path.of(program))
            : ProcessGroup.onPath(program).isPresent();
    if (!found) {
      throw new JobFailedException(
          "command '"
              + program
              + "' not found: install it where the trainer runs, or give its full path in"
              + " command.line");
    }
  }

  private static String lastLine(OutputEnd output) throws IOException {
    String lines = output.lines();
    String line = lines.substring(lines.lastIndexOf('\n') + 1);
    return line.isEmpty()
        ? "(empty)"
        : line.substring(0, Math.min(MAX_SHOWN_CHARACTERS, line.length()));
  }
}
