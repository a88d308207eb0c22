package io.sluice.local.stack;

import io.sluice.schemas.serde.RegistryAdmin;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A real schema registry (Apicurio Registry) in a child process, on the loopback interface only.
 * Clients use its API that is compatible with Confluent's.
 *
 * <p>Its data is in one directory and survives restarts. It refuses schemas that cannot read the
 * records of all earlier versions. The process always ends together with this JVM, see {@link
 * ChildGuard}.
 */
public final class RegistryProcess implements AutoCloseable {
  private static final String DISTRIBUTION = "sluice.registry.home";

  /** New schemas must be able to read the records that every earlier version wrote. */
  static final String COMPATIBILITY = "BACKWARD_TRANSITIVE";

  private static final Duration GRACE = Duration.ofSeconds(4);
  private static final int TAIL_LINES = 15;

  private final Process process;
  private final String url;
  private final Path log;

  private RegistryProcess(Process process, String url, Path log) {
    this.process = process;
    this.url = url;
    this.log = log;
  }

  /**
   * Returns the folder of the distribution of Apicurio Registry. It is the value of the system
   * property {@value #DISTRIBUTION}, which the launcher sets.
   *
   * @throws StackException when the property is not set
   */
  public static Path distribution() {
    return Optional.ofNullable(System.getProperty(DISTRIBUTION))
        .map(Path::of)
        .orElseThrow(
            () ->
                new StackException(
                    "-D%s=DIR is not set: start with the launcher deploy/sluice, which sets it"
                        .formatted(DISTRIBUTION)));
  }

  /**
   * Starts the process and returns immediately; {@link #awaitReady} waits until it serves.
   *
   * @param distribution the unpacked distribution of Apicurio Registry
   * @param directory where it keeps its data and its log; created if it does not exist
   * @param port port for clients, 1 to 65535; 0 for the port of the last start on this directory,
   *     or a free one when there was none
   * @throws StackException when it cannot be started, for example because the port is in use
   */
  public static RegistryProcess launch(Path distribution, Path directory, int port) {
    try {
      Path runner = runner(distribution);
      Files.createDirectories(directory);
      int chosen = LoopbackPort.choose(directory.resolve("port"), port, "schema registry");
      Path log = directory.resolve("registry.log");
      Process process =
          new ProcessBuilder(command(runner, directory.toAbsolutePath(), chosen))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      String url = "http://%s:%d/apis/ccompat/v7".formatted(LoopbackPort.HOST, chosen);
      return new RegistryProcess(process, url, log);
    } catch (IOException e) {
      throw new StackException("the schema registry could not be started: " + e.getMessage(), e);
    }
  }

  /**
   * Waits until the registry serves clients, then sets its compatibility rule.
   *
   * @param timeout how long to wait for the registry to serve
   * @throws StackException when the process ends or does not serve in time; the message shows the
   *     end of its log
   */
  public void awaitReady(Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    try (RegistryAdmin registry = new RegistryAdmin(url)) {
      while (!registry.serves()) {
        if (!process.isAlive()) {
          throw failed("ended with exit code " + process.exitValue());
        }
        if (System.nanoTime() > deadline) {
          throw failed("did not serve within %d s".formatted(timeout.toSeconds()));
        }
        Thread.sleep(50);
      }
      String actual = registry.setCompatibility(COMPATIBILITY);
      if (!actual.equals(COMPATIBILITY)) {
        throw failed("has compatibility %s although %s was set".formatted(actual, COMPATIBILITY));
      }
    } catch (IOException e) {
      throw failed("refused the compatibility rule: " + e.getMessage());
    }
  }

  /** Returns the value for the setting {@code schema.registry.url} of clients. */
  public String url() {
    return url;
  }

  /** Returns a handle of the child process. */
  public ProcessHandle process() {
    return process.toHandle();
  }

  /** Stops the process, by force after 4 seconds, and returns when it has ended. */
  @Override
  public void close() {
    boolean interrupted = false;
    try {
      process.getOutputStream().close();
      if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      interrupted = true;
      process.destroyForcibly();
    }
    process.onExit().join();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static List<String> command(Path runner, Path directory, int port) throws IOException {
    // Ctrl-C at a terminal reaches every process of the terminal. The registry ignores it, because
    // its parent stops it after everything that needs it.
    Stream<String> ignoringInterrupts = Stream.of("sh", "-c", "trap '' INT; exec \"$@\"", "sh");
    Stream<String> java =
        Stream.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            // A small heap and the quick compiler halve the start-up time and suffice for a few
            // clients.
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xshare:auto",
            "-Dquarkus.http.host=" + LoopbackPort.HOST,
            "-Dquarkus.http.port=" + port,
            "-Dquarkus.http.access-log.enabled=false",
            "-Dapicurio.storage.kind=sql",
            "-Dapicurio.storage.sql.kind=h2",
            "-Dapicurio.datasource.url=jdbc:h2:file:" + directory.resolve("h2"),
            "-cp",
            runner + System.getProperty("path.separator") + ownClasses(),
            ChildGuard.class.getName(),
            mainClass(runner));
    return Stream.concat(ignoringInterrupts, java).toList();
  }

  private static Path runner(Path distribution) throws IOException {
    if (Files.isDirectory(distribution)) {
      try (Stream<Path> files = Files.list(distribution)) {
        var runner = files.filter(file -> file.toString().endsWith("-runner.jar")).findFirst();
        if (runner.isPresent()) {
          return runner.get().toAbsolutePath();
        }
      }
    }
    throw new StackException(
        "there is no schema registry in %s: build Sluice first (mvn package)"
            .formatted(distribution));
  }

  private static String mainClass(Path runner) throws IOException {
    try (JarFile jar = new JarFile(runner.toFile())) {
      return jar.getManifest().getMainAttributes().getValue(Attributes.Name.MAIN_CLASS);
    }
  }

  private static Path ownClasses() {
    try {
      return Path.of(ChildGuard.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private StackException failed(String what) {
    return new StackException(
        "the schema registry %s. The end of its log %s:%n%s".formatted(what, log, tail()));
  }

  private String tail() {
    try (Stream<String> lines = Files.lines(log)) {
      List<String> all = lines.toList();
      return all.subList(Math.max(0, all.size() - TAIL_LINES), all.size()).stream()
          .map(line -> "  " + line)
          .collect(Collectors.joining(System.lineSeparator()));
    } catch (IOException e) {
      return "  (the log cannot be read: " + e.getMessage() + ")";
    }
  }
}
