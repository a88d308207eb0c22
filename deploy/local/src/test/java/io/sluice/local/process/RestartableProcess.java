package io.sluice.local.process;

import io.sluice.local.stack.ChildGuard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Utils;

/**
 * A process that can be killed and started again. It ends with this JVM, however this JVM ends; its
 * output is appended to one log file over all its lives.
 */
public final class RestartableProcess implements AutoCloseable {
  private static final int LOG_TAIL = 30;

  private final String name;
  private final Path folder;
  private final Path log;
  private final Path temporary;
  private final List<String> command;

  /** Empty while it is not meant to run. Changed by whoever starts and ends it, read by others. */
  private volatile Optional<Process> process = Optional.empty();

  /**
   * Describes the process; {@link #start} starts it.
   *
   * @param folder where its log goes
   * @param mainClass what it runs, with the class path of this JVM
   */
  public RestartableProcess(String name, Path folder, Class<?> mainClass, List<String> args) {
    this(name, folder, List.of("-Xmx384m"), mainClass, args);
  }

  /**
   * Describes a process with options of its JVM.
   *
   * @param options of the JVM; several processes share few cores and little memory, so its heap is
   *     to be limited
   */
  public RestartableProcess(
      String name, Path folder, List<String> options, Class<?> mainClass, List<String> args) {
    this(
        name,
        folder,
        ChildJvm.command(
            temporary(folder, name),
            Stream.concat(Stream.of("-XX:+UseSerialGC"), options.stream()).toList(),
            Stream.concat(
                Stream.of(ChildGuard.class.getName(), mainClass.getName()), args.stream())));
  }

  private RestartableProcess(String name, Path folder, List<String> command) {
    this.name = name;
    this.folder = folder;
    this.log = folder.resolve(name + ".log");
    this.temporary = temporary(folder, name);
    this.command = command;
  }

  private static Path temporary(Path folder, String name) {
    return folder.resolve(name + ".tmp");
  }

  /**
   * Describes the same process, always started by another program.
   *
   * @param starter a program and its arguments, which replaces itself by the program that the
   *     further arguments name
   */
  public RestartableProcess startedBy(List<String> starter) {
    return new RestartableProcess(
        name, folder, Stream.concat(starter.stream(), command.stream()).toList());
  }

  /** Starts the process; it must not be running. */
  public void start() {
    start(List.of());
  }

  /**
   * Starts the process this time by another program; it must not be running.
   *
   * @param starter as in {@link #startedBy}
   */
  public void start(List<String> starter) {
    try {
      // Nobody else deletes what a killed process leaves there.
      Utils.delete(temporary.toFile());
      Files.createDirectories(temporary);
      process =
          Optional.of(
              new ProcessBuilder(Stream.concat(starter.stream(), command.stream()).toList())
                  .redirectErrorStream(true)
                  .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                  .start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What {@code kill -9} does; returns when the process is gone. */
  public void kill() throws InterruptedException {
    requireAlive();
    Process running = process.orElseThrow();
    process = Optional.empty();
    running.destroyForcibly().waitFor();
  }

  /** Suspends the process (SIGSTOP): its sockets stay open, but nothing responds any more. */
  public void freeze() throws IOException, InterruptedException {
    requireAlive();
    signal(process.orElseThrow(), "-STOP");
  }

  /** Lets a process continue that is suspended (SIGCONT). */
  public void thaw() throws IOException, InterruptedException {
    requireAlive();
    signal(process.orElseThrow(), "-CONT");
  }

  /** Asks the process to end in good order (SIGTERM), and waits until it has. */
  public void stop(long seconds) throws IOException, InterruptedException {
    requireAlive();
    Process running = process.orElseThrow();
    process = Optional.empty();
    // Process.destroy would also close its standard input, at which it ends in any case soon.
    signal(running, "-TERM");
    if (!running.waitFor(seconds, TimeUnit.SECONDS)) {
      running.destroyForcibly();
      throw new AssertionError(name + " does not stop. The end of its log:\n" + tail());
    }
  }

  private static void signal(Process process, String signal)
      throws IOException, InterruptedException {
    String pid = Long.toString(process.pid());
    new ProcessBuilder("kill", signal, pid).start().waitFor();
  }

  /** Fails unless the process runs, or is killed: it must never end by itself. */
  public void requireAlive() {
    if (process.filter(each -> !each.isAlive()).isPresent()) {
      throw new AssertionError(
          "%s ended by itself with exit code %d. The end of %s:%n%s"
              .formatted(name, process.orElseThrow().exitValue(), log, tail()));
    }
  }

  /**
   * Starts the process again if it has ended by itself, as a supervisor does.
   *
   * @return whether it had ended
   */
  public boolean restartIfEnded() {
    boolean ended = process.filter(each -> !each.isAlive()).isPresent();
    if (ended) {
      start();
    }
    return ended;
  }

  /** Waits until the process ends by itself, in good order. */
  public void awaitEnd(long seconds) throws InterruptedException {
    if (!process.orElseThrow().waitFor(seconds, TimeUnit.SECONDS)) {
      throw new AssertionError(name + " does not end. The end of its log:\n" + tail());
    }
    if (process.orElseThrow().exitValue() != 0) {
      requireAlive();
    }
    process = Optional.empty();
  }

  /**
   * Waits until the process ends by itself with a failure.
   *
   * @return the end of its log
   */
  public String awaitFailure(long seconds) throws InterruptedException {
    if (!process.orElseThrow().waitFor(seconds, TimeUnit.SECONDS)) {
      throw new AssertionError(name + " does not end. The end of its log:\n" + tail());
    }
    if (process.orElseThrow().exitValue() == 0) {
      throw new AssertionError(name + " ended without a failure. The end of its log:\n" + tail());
    }
    process = Optional.empty();
    return tail();
  }

  /** Lines of the log that contain a text, over all lives. */
  public long logged(String text) {
    try (Stream<String> lines = Files.lines(log)) {
      return lines.filter(line -> line.contains(text)).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.ifPresent(each -> each.destroyForcibly().onExit().join());
  }

  @Override
  public String toString() {
    return name;
  }

  private String tail() {
    try (Stream<String> lines = Files.lines(log)) {
      List<String> all = lines.toList();
      return String.join("\n", all.subList(Math.max(0, all.size() - LOG_TAIL), all.size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
