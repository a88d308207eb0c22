package io.sluice.local.stack;

import io.sluice.schemas.connection.LocalStackFile;
import io.sluice.schemas.topic.RecordLimit;
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
 * Everything that Sluice needs around it: a broker in this JVM, a schema registry in a child
 * process, and the topics. It is reachable from this machine only.
 *
 * <p>Its data is in one directory and survives restarts. While it runs, {@link LocalStackFile} in
 * that directory tells clients the addresses.
 */
public final class LocalStack implements AutoCloseable {
  private static final Duration READY_WITHIN = Duration.ofMinutes(5);

  private final CloseStack parts;
  private final String bootstrapServers;
  private final RegistryProcess registry;

  private LocalStack(CloseStack parts, String bootstrapServers, RegistryProcess registry) {
    this.parts = parts;
    this.bootstrapServers = bootstrapServers;
    this.registry = registry;
  }

  /**
   * The settings of a local stack.
   *
   * @param directory the data directory; created if it does not exist
   * @param brokerPort port of the broker, 1 to 65535; 0 for the port of the last start in this
   *     directory, or a free one when there was none
   * @param registryPort port of the schema registry, with the same rules
   * @param registryDistribution the unpacked distribution of Apicurio Registry
   * @param topics names of the topics
   * @param setup partition counts of the topics
   * @param recordLimit size of the largest record on the topics
   */
  public record Settings(
      Path directory,
      int brokerPort,
      int registryPort,
      Path registryDistribution,
      Topics topics,
      TopicSetup setup,
      RecordLimit recordLimit) {
    /** Returns settings with the ports of the last start, default topics and few partitions. */
    public static Settings in(Path directory, Path registryDistribution) {
      return new Settings(
          directory,
          0,
          0,
          registryDistribution,
          Topics.withDefaultPrefix(),
          TopicSetup.SINGLE_NODE,
          RecordLimit.byDefault());
    }
  }

  /**
   * Starts the stack and returns when all parts serve clients. When a part cannot start, the others
   * are stopped again.
   *
   * @throws StackException when a part cannot start, or another stack uses the directory
   */
  public static LocalStack start(Settings settings) throws InterruptedException {
    Path directory = settings.directory().toAbsolutePath();
    CloseStack parts = new CloseStack();
    try {
      parts.push(DirectoryLock.acquire(directory));
      // The registry needs seconds to start, so the broker starts in the meantime.
      RegistryProcess registry =
          parts.push(
              RegistryProcess.launch(
                  settings.registryDistribution(),
                  directory.resolve("registry"),
                  settings.registryPort()));
      EmbeddedBroker broker =
          parts.push(EmbeddedBroker.start(directory.resolve("broker"), settings.brokerPort()));
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
        settings.setup().apply(admin, settings.topics(), settings.recordLimit());
      }
      registry.awaitReady(READY_WITHIN);
      announce(settings, broker.bootstrapServers(), registry.url(), parts);
      return new LocalStack(parts, broker.bootstrapServers(), registry);
    } catch (RuntimeException | InterruptedException e) {
      closeAfter(e, parts);
      throw e;
    }
  }

  /** Returns the value for the setting {@code bootstrap.servers} of clients. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** Returns the value for the setting {@code schema.registry.url} of clients. */
  public String schemaRegistryUrl() {
    return registry.url();
  }

  /** Returns the child process of the schema registry. */
  public ProcessHandle registryProcess() {
    return registry.process();
  }

  /** Stops all parts and returns when the child process has ended. The data directory remains. */
  @Override
  public void close() {
    parts.close();
  }

  private static void announce(
      Settings settings, String bootstrapServers, String registryUrl, CloseStack parts) {
    Path file = LocalStackFile.in(settings.directory().toAbsolutePath()).path();
    parts.push(() -> Files.deleteIfExists(file));
    Properties properties = new Properties();
    properties.setProperty("bootstrap.servers", bootstrapServers);
    properties.setProperty("schema.registry.url", registryUrl);
    properties.setProperty("topic.prefix", settings.topics().prefix());
    properties.setProperty("record.max.bytes", String.valueOf(settings.recordLimit().bytes()));
    try (Writer writer = Files.newBufferedWriter(file)) {
      properties.store(writer, "Connection settings of the local stack while it runs");
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
