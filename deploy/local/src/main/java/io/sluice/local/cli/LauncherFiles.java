package io.sluice.local.cli;

import io.sluice.local.bundled.BundledData;
import io.sluice.local.stack.CloseStack;
import io.sluice.local.stack.EmbeddedBroker;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Utils;
import picocli.CommandLine.ExitCode;

/**
 * Run once by the launcher, after a build: writes the JVM options of each command to a file, and
 * then executes a few typical commands against a broker in this JVM. From the classes that these
 * load, the JVM makes the class-data archive that shortens the start of every command.
 */
final class LauncherFiles {
  private LauncherFiles() {}

  /**
   * Writes the options, then executes the commands.
   *
   * @param args the file for the JVM options
   */
  public static void main(String[] args) throws IOException {
    Files.write(Path.of(args[0]), jvmOptions());
    rehearse().forEach(failure -> System.err.println("rehearsal: " + failure));
    // Threads of libraries may still run.
    System.exit(0);
  }

  /**
   * A line for each command: its name and its options. The last line, of name {@code *}, is for
   * every other call.
   */
  static List<String> jvmOptions() {
    Stream<String> commands = Stream.of(Subcommand.values()).map(each -> line(each.label(), each));
    return Stream.concat(commands, Stream.of(line("*", Subcommand.HELP))).toList();
  }

  private static String line(String name, Subcommand command) {
    return String.join(" ", name, String.join(" ", command.jvm().options())).strip();
  }

  /**
   * Executes typical commands of a client, whose output is dropped.
   *
   * @return what failed and why; the archive then lacks some classes, and is of use all the same
   */
  static List<String> rehearse() throws IOException {
    try (CloseStack parts = new CloseStack()) {
      Path folder = Files.createTempDirectory("sluice-rehearsal");
      parts.push(() -> Utils.delete(folder.toFile()));
      BundledData.Written data = BundledData.write(Files.createDirectory(folder.resolve("data")));
      EmbeddedBroker broker = parts.push(EmbeddedBroker.start(folder.resolve("broker"), 0));
      String kafka = " --bootstrap-servers=" + broker.bootstrapServers();
      String client = kafka + " --schema-registry=mock://rehearsal";
      List<String> commands =
          List.of(
              "--version",
              "help",
              "topics" + client,
              "ingest --limit=20" + client + " " + data.candidates(),
              "task put --budget=10" + client + " " + data.tasks().get(0),
              "task list" + client,
              "jobs" + client);
      return commands.stream().flatMap(command -> failure(command.split(" ")).stream()).toList();
    }
  }

  private static Optional<String> failure(String... args) {
    StringWriter err = new StringWriter();
    int exitCode =
        Sluice.commandLine(args)
            .setOut(new PrintWriter(Writer.nullWriter()))
            .setErr(new PrintWriter(err, true))
            .execute(args);
    return exitCode == ExitCode.OK
        ? Optional.empty()
        : Optional.of(String.join(" ", args) + ": " + err);
  }
}
