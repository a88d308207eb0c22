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
import org.apache.kafka.common.utils.Utils;
import picocli.CommandLine.ExitCode;

/**
 * The launcher runs this class once after each build. It executes a few typical commands against a
 * broker in this JVM. The JVM records the classes that they load; from this list, the launcher
 * creates the class-data archive that shortens the start of every command.
 */
final class Rehearsal {
  private Rehearsal() {}

  /** Executes the commands. */
  public static void main(String[] args) throws IOException {
    rehearse().forEach(failure -> System.err.println("rehearsal: " + failure));
    // Libraries may have left threads running, which would keep the JVM alive.
    System.exit(0);
  }

  /**
   * Executes typical client commands and discards their output.
   *
   * @return one message for each command that failed; the archive then lacks some classes, but is
   *     still useful
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
