package io.sluice.local.stack;

import io.sluice.schemas.topic.Topics;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;

/**
 * Everything that Sluice needs around it, on this machine and reachable from it alone: a broker in
 * this JVM, a schema registry beside it, and the topics.
 *
 * <p>What it keeps lies in one data directory and survives restarts. While it runs, the file
 * {@value #PROPERTIES} there tells clients where it is.
 */
public final class LocalStack implements AutoCloseable {
  /** File in the data directory with {@code bootstrap.servers} and {@code schema.registry.url}. */
  public static final String PROPERTIES = "stack.properties";

  private static final Duration READY_WITHIN = Duration.ofSeconds(90);

  private final CloseStack parts;
  private final String bootstrapServers;
  private final RegistryProcess registry;

  private LocalStack(CloseStack parts, String bootstrapServers, RegistryProcess registry) {
    this.parts = parts;
    this.bootstrapServers = bootstrapServers;
    this.registry = registry;
  }

  /**
   * What to start and where.
   *
   * @param directory the data directory; made where it does not exist
   * @param brokerPort 1 to 65535; 0 for that of the last start in this directory, or a free one
   * @param registryPort likewise for the schema registry
   * @param registryDistribution the unpacked distribution of Apicurio Registry
   * @param topics names of the topics
   * @param setup partition counts of the topics
   */
  public record Settings(
      Path directory,
      int brokerPort,
      int registryPort,
      Path registryDistribution,
      Topics topics,
      TopicSetup setup) {
    /** Free ports, the default topics and the partition counts of one machine. */
    public static Settings in(Path directory, Path registryDistribution) {
      return new Settings(
          directory,
          0,
          0,
          registryDistribution,
          Topics.withDefaultPrefix(),
          TopicSetup.SINGLE_NODE);
    }
  }

  /**
   * Starts the stack and returns when all of it serves. Leaves nothing behind when it fails.
   *
   * @throws StackException when a part cannot start, or another stack runs in the directory
   */
  public static LocalStack start(Settings settings) throws InterruptedException {
    Path directory = settings.directory().toAbsolutePath();
    CloseStack parts = new CloseStack();
    try {
      parts.push(DirectoryLock.take(directory));
      // The registry needs seconds to start: meanwhile the broker does.
      RegistryProcess registry =
          parts.push(
              RegistryProcess.launch(
                  settings.registryDistribution(),
                  directory.resolve("registry"),
                  settings.registryPort()));
      EmbeddedBroker broker =
          parts.push(EmbeddedBroker.start(directory.resolve("broker"), settings.brokerPort()));
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
        settings.setup().apply(admin, settings.topics());
      }
      registry.awaitReady(READY_WITHIN);
      announce(directory, broker.bootstrapServers(), registry.url(), parts);
      return new LocalStack(parts, broker.bootstrapServers(), registry);
    } catch (RuntimeException | InterruptedException e) {
      closeAfter(e, parts);
      throw e;
    }
  }

  /** What clients take as {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** What clients take as {@code schema.registry.url}. */
  public String schemaRegistryUrl() {
    return registry.url();
  }

  /** The schema registry's process. */
  public ProcessHandle registryProcess() {
    return registry.process();
  }

  /** Stops everything; returns when no process is left. What was written stays. */
  @Override
  public void close() {
    parts.close();
  }

  private static void announce(
      Path directory, String bootstrapServers, String registryUrl, CloseStack parts) {
    Path file = directory.resolve(PROPERTIES);
    parts.push(() -> Files.deleteIfExists(file));
    Properties properties = new Properties();
    properties.setProperty("bootstrap.servers", bootstrapServers);
    properties.setProperty("schema.registry.url", registryUrl);
    try (Writer writer = Files.newBufferedWriter(file)) {
      properties.store(writer, "Where the local stack is while it runs.");
    } catch (IOException e) {
      throw new StackException("cannot write %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static void closeAfter(Exception failure, CloseStack parts) {
    try {
      parts.close();
    } catch (StackException e) {
      failure.addSuppressed(e);
    }
  }
}
