package io.sluice.local.process;

import io.sluice.local.cli.Sluice;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A {@code sluice} command as a process of its own; closing kills what is left of it.
 *
 * @param process the process
 * @param lines its standard output
 */
public record SluiceProcess(Process process, BufferedReader lines) implements AutoCloseable {
  /**
   * Starts a command.
   *
   * @param temporary the process's folder for temporary files
   */
  public static SluiceProcess start(Path temporary, String... args) throws IOException {
    return start(temporary, List.of(), args);
  }

  /**
   * Starts a command with further options of its JVM.
   *
   * @param temporary the process's folder for temporary files
   */
  public static SluiceProcess start(Path temporary, List<String> options, String... args)
      throws IOException {
    Files.createDirectories(temporary);
    String registry = "-Dsluice.registry.home=" + System.getProperty("sluice.registry.home");
    List<String> command =
        ChildJvm.command(
            temporary,
            Stream.concat(Stream.of(registry), options.stream()).toList(),
            Stream.concat(Stream.of(Sluice.class.getName()), Stream.of(args)));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    return new SluiceProcess(process, process.inputReader());
  }

  /**
   * Waits for a line of output that contains a text.
   *
   * @return the processes that it has started by then
   */
  public List<ProcessHandle> awaitLine(String text) {
    awaitText(text);
    return process.descendants().toList();
  }

  /** Waits for a line of output that contains a text, and returns the line. */
  public String awaitText(String text) {
    return lines
        .lines()
        .filter(line -> line.contains(text))
        .findFirst()
        .orElseThrow(() -> new AssertionError("the output ended without '" + text + "'"));
  }

  /** What Ctrl-C sends. */
  public void interrupt() throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
  }

  /** Sends SIGTERM, as supervisors do to stop a service. */
  public void terminate() {
    process.destroy();
  }

  /** Waits until it has ended. */
  public int exitCode() throws InterruptedException {
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      throw new AssertionError("the process does not end");
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      lines.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
