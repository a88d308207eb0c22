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
 * A user's program with all that it starts. Where the system has {@code setsid} it is the leader of
 * a process group of its own, which is killed as a whole; elsewhere its descendants are.
 *
 * <p>A note in a file names the process, so that the next trainer on this machine can end what one
 * that was killed has left.
 */
final class ProcessGroup {
  private static final Duration GRACE = Duration.ofSeconds(10);

  /** Time between two looks at its descendants. */
  private static final Duration LOOK = Duration.ofMillis(200);

  private final Process process;
  private final boolean leads;
  private final Path note;

  /** All that were seen of its descendants: one in a session of its own may lose its parent. */
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
   * @param note file that names the process while it runs; what it names from before is ended first
   * @throws IOException when it cannot be started
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

  /** Where a program lies that is named without its folder. */
  static Optional<Path> onPath(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, program))
        .filter(Files::isRegularFile)
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Waits for the end.
   *
   * @return the exit code; empty when it has not ended in time
   * @throws InterruptedException when interrupted; it runs on
   */
  Optional<Integer> await(Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    do {
      process.descendants().forEach(seen::add);
      if (process.waitFor(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
        return Optional.of(process.exitValue());
      }
    } while (System.nanoTime() - deadline < 0);
    return Optional.empty();
  }

  /** Ends everything that is left of it: asks first, then kills. Returns when that is done. */
  void kill() {
    process.descendants().forEach(seen::add);
    seen.add(process.toHandle());
    end(process.pid(), seen, leads);
    try {
      Files.deleteIfExists(note);
    } catch (IOException e) {
      // The process that it names is gone, and the next trainer sees that.
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

  /** Java cannot signal a group; every system's shell can. */
  private static void signal(String name, long group) {
    try {
      new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " -" + group)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      // Without a shell the descendants that are known are ended one by one.
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
