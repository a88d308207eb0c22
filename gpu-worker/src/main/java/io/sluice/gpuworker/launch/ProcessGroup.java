package io.sluice.gpuworker.launch;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A user's program with all processes that it starts. Where the system has {@code setsid} the
 * program leads a new process group, which is killed as a whole; elsewhere its descendants are
 * killed one by one.
 *
 * <p>A file names the process while it runs, so that the next trainer on the same host can end what
 * a killed trainer has left running. Not thread-safe.
 */
final class ProcessGroup {
  private static final Duration GRACE = Duration.ofSeconds(5);

  /** Time between two listings of the descendants. */
  private static final Duration LISTING_INTERVAL = Duration.ofMillis(200);

  private final Process process;
  private final boolean leads;
  private final Path note;

  /**
   * All descendants seen so far: one that starts a new session can lose its link to the program.
   */
  private final Set<ProcessHandle> seen = new HashSet<>();

  private ProcessGroup(Process process, boolean leads, Path note) {
    this.process = process;
    this.leads = leads;
    this.note = note;
  }

  /**
   * Starts a program in this process's working directory, without input, its output appended to a
   * file.
   *
   * @param note the file that names the process while it runs; a process that it names from an
   *     earlier run is ended first
   * @throws IOException when the program cannot be started
   */
  static ProcessGroup start(List<String> command, Path log, Path note) throws IOException {
    endLeftover(note);
    Optional<Path> setsid = onPath("setsid");
    List<String> all = new ArrayList<>(command);
    setsid.ifPresent(program -> all.add(0, program.toString()));
    Process process =
        new ProcessBuilder(all)
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    ProcessGroup group = new ProcessGroup(process, setsid.isPresent(), note);
    try {
      Files.writeString(
          note, process.pid() + " " + started(process.toHandle()) + " " + host() + "\n");
    } catch (IOException e) {
      group.kill();
      throw e;
    }
    return group;
  }

  /** Finds a program on the {@code PATH}. */
  static Optional<Path> onPath(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, program))
        .filter(Files::isRegularFile)
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Waits until the program has ended.
   *
   * @param meanwhile is done several times a second
   * @return the exit code; empty when the program has not ended in time
   * @throws InterruptedException when interrupted; the program keeps running
   */
  Optional<Integer> await(Duration limit, Runnable meanwhile) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    do {
      process.descendants().forEach(seen::add);
      meanwhile.run();
      if (process.waitFor(LISTING_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
        return Optional.of(process.exitValue());
      }
    } while (System.nanoTime() - deadline < 0);
    return Optional.empty();
  }

  /**
   * Ends all processes that are still running: terminates them, and after five seconds kills the
   * rest. Returns when that is done.
   */
  void kill() {
    process.descendants().forEach(seen::add);
    seen.add(process.toHandle());
    end(process.pid(), seen, leads);
    try {
      Files.deleteIfExists(note);
    } catch (IOException e) {
      // The process that the file names is gone, and the next trainer checks that.
    }
  }

  private static void endLeftover(Path note) throws IOException {
    if (!Files.exists(note)) {
      return;
    }
    String[] words = Files.readString(note).strip().split(" ");
    if (words.length == 3 && words[2].equals(host())) {
      long pid = Long.parseLong(words[0]);
      ProcessHandle.of(pid)
          .filter(handle -> started(handle) == Long.parseLong(words[1]))
          .ifPresent(
              handle -> {
                List<ProcessHandle> family = new ArrayList<>(handle.descendants().toList());
                family.add(handle);
                end(pid, family, onPath("setsid").isPresent());
              });
    }
    Files.delete(note);
  }

  private static void end(long pid, Collection<ProcessHandle> family, boolean leads) {
    boolean interrupted = Thread.interrupted();
    if (leads) {
      signal("TERM", pid);
    }
    family.forEach(ProcessHandle::destroy);
    Instant deadline = Instant.now().plus(GRACE);
    while (family.stream().anyMatch(ProcessHandle::isAlive) && Instant.now().isBefore(deadline)) {
      try {
        TimeUnit.MILLISECONDS.sleep(20);
      } catch (InterruptedException e) {
        interrupted = true;
        break;
      }
    }
    if (leads) {
      signal("KILL", pid);
    }
    family.forEach(ProcessHandle::destroyForcibly);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Java cannot signal a process group; the shell can. */
  private static void signal(String name, long group) {
    try {
      new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " -" + group)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      // Without a shell the known descendants are ended one by one.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static long started(ProcessHandle handle) {
    return handle.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (IOException e) {
      return "localhost";
    }
  }
}
