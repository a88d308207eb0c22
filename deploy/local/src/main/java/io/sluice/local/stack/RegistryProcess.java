package io.sluice.local.stack;

import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
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
 * A real schema registry (Apicurio Registry) as a child process, on the loopback interface only,
 * spoken to by Confluent's API.
 *
 * <p>What it keeps lies in one directory and survives restarts. It refuses schemas that cannot read
 * the records of all earlier ones. It never outlives this JVM, however this JVM ends: see {@link
 * ChildGuard}.
 */
public final class RegistryProcess implements AutoCloseable {
  private static final String DISTRIBUTION = "sluice.registry.home";

  /** New schemas must read what every earlier one wrote. */
  static final String COMPATIBILITY = "BACKWARD_TRANSITIVE";

  private static final Duration GRACE = Duration.ofSeconds(8);
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
   * Where the build put the distribution of Apicurio Registry: the system property {@value
   * #DISTRIBUTION}, which the launcher sets.
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
   * Starts the process and returns at once; {@link #awaitReady} waits until it serves.
   *
   * @param distribution the unpacked distribution of Apicurio Registry
   * @param directory what it keeps, and its log; made where it does not exist
   * @param port where clients reach it, 1 to 65535; 0 for that of the last start on this directory,
   *     or a free one when there was none
   * @throws StackException when it cannot be started, such as when the port is taken
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
   * Waits until the registry serves, then sets its compatibility rule.
   *
   * @throws StackException when it ends or does not serve in time; the message shows the end of its
   *     log
   */
  public void awaitReady(Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    try (CachedSchemaRegistryClient client = new CachedSchemaRegistryClient(url, 1)) {
      while (!serves(client)) {
        if (!process.isAlive()) {
          throw failed("ended with exit code " + process.exitValue());
        }
        if (System.nanoTime() > deadline) {
          throw failed("did not serve within %d s".formatted(timeout.toSeconds()));
        }
        Thread.sleep(50);
      }
      client.updateCompatibility(null, COMPATIBILITY);
      String actual = client.getCompatibility(null);
      if (!actual.equals(COMPATIBILITY)) {
        throw failed("keeps compatibility %s instead of %s".formatted(actual, COMPATIBILITY));
      }
    } catch (IOException | RestClientException e) {
      throw failed("refused its compatibility rule: " + e.getMessage());
    }
  }

  /** What clients take as {@code schema.registry.url}. */
  public String url() {
    return url;
  }

  /** The child process. */
  public ProcessHandle process() {
    return process.toHandle();
  }

  /** Stops the process; returns when it is gone. */
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

  private static boolean serves(CachedSchemaRegistryClient client) {
    try {
      client.getAllSubjects();
      return true;
    } catch (IOException | RestClientException e) {
      return false;
    }
  }

  private static List<String> command(Path runner, Path directory, int port) throws IOException {
    // A Ctrl-C at the terminal reaches every process there. The registry leaves it to its parent,
    // which stops the registry last.
    Stream<String> deafToInterrupt = Stream.of("sh", "-c", "trap '' INT; exec \"$@\"", "sh");
    Stream<String> java =
        Stream.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            // Little heap and the quick compiler: it starts in half the time and serves a few ids.
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
    return Stream.concat(deafToInterrupt, java).toList();
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
        "no schema registry in %s: build Sluice first (mvn package)".formatted(distribution));
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
      return "  (not readable: " + e.getMessage() + ")";
    }
  }
}
