package io.sluice.local.stack;

import io.sluice.schemas.topic.RecordLimit;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A real Kafka broker with its controller in this JVM, on the loopback interface only.
 *
 * <p>All of its data is in one directory. When it is started again on that directory, the broker
 * has the same cluster id, port, topics and records, even after the JVM was killed.
 */
public final class EmbeddedBroker implements AutoCloseable {
  private static final int NODE_ID = 1;

  private final KafkaRaftServer server;
  private final String bootstrapServers;

  private EmbeddedBroker(KafkaRaftServer server, String bootstrapServers) {
    this.server = server;
    this.bootstrapServers = bootstrapServers;
  }

  /**
   * Starts a broker and returns when it serves clients.
   *
   * @param directory where it keeps its data; created if it does not exist
   * @param port port for clients, 1 to 65535; 0 for the port of the last start on this directory,
   *     or a free one when there was none
   * @throws StackException when it cannot start, for example because the port is in use
   */
  public static EmbeddedBroker start(Path directory, int port) {
    Path log = directory.resolve("log");
    try {
      Files.createDirectories(log);
      int clientPort = LoopbackPort.choose(directory.resolve("port"), port, "broker");
      format(log);
      KafkaConfig config = new KafkaConfig(settings(log, clientPort, LoopbackPort.free()), false);
      return new EmbeddedBroker(startServer(config), LoopbackPort.HOST + ":" + clientPort);
    } catch (StackException e) {
      throw e;
    } catch (Exception e) {
      throw new StackException(
          "the broker could not start in %s: %s".formatted(directory, e.getMessage()), e);
    }
  }

  /** Returns the value for the setting {@code bootstrap.servers} of clients. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** Stops the broker. Every acknowledged record remains in its directory. */
  @Override
  public void close() {
    stop(server);
  }

  private static KafkaRaftServer startServer(KafkaConfig config) {
    KafkaRaftServer server = new KafkaRaftServer(config, Time.SYSTEM);
    boolean started = false;
    try {
      server.startup();
      started = true;
      return server;
    } finally {
      if (!started) {
        stop(server);
      }
    }
  }

  /** Stopping waits for threads, so a pending interrupt is cleared and restored afterwards. */
  private static void stop(KafkaRaftServer server) {
    boolean interrupted = Thread.interrupted();
    server.shutdown();
    server.awaitShutdown();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void format(Path log) throws Exception {
    if (Files.exists(log.resolve("meta.properties"))) {
      return;
    }
    try (PrintStream silent = new PrintStream(OutputStream.nullOutputStream())) {
      new Formatter()
          .setPrintStream(silent)
          .setNodeId(NODE_ID)
          .setClusterId(Uuid.randomUuid().toString())
          .setControllerListenerName("CONTROLLER")
          .setDirectories(List.of(log.toString()))
          .setMetadataLogDirectory(log.toString())
          .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
          .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
          .run();
    }
  }

  private static Map<String, String> settings(Path log, int clientPort, int controllerPort) {
    String clients = "PLAINTEXT://" + LoopbackPort.HOST + ":" + clientPort;
    String controller = LoopbackPort.HOST + ":" + controllerPort;
    Map<String, String> settings = new HashMap<>();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", Integer.toString(NODE_ID));
    settings.put("listeners", clients + ",CONTROLLER://" + controller);
    settings.put("advertised.listeners", clients);
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("controller.quorum.voters", NODE_ID + "@" + controller);
    settings.put("log.dirs", log.toString());
    settings.put("auto.create.topics.enable", "false");
    // There is one node, and it holds the only replica of each partition.
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("transaction.state.log.replication.factor", "1");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("share.coordinator.state.topic.replication.factor", "1");
    settings.put("share.coordinator.state.topic.min.isr", "1");
    // There are few clients, and a few partitions of the internal topics open faster than fifty.
    settings.put("offsets.topic.num.partitions", "4");
    settings.put("transaction.state.log.num.partitions", "4");
    settings.put("group.initial.rebalance.delay.ms", "0");
    settings.put("log.cleaner.dedupe.buffer.size", "4194304");
    // Topics have the limit of record.max.bytes, which can be set up to this one.
    String largest = String.valueOf(new RecordLimit(RecordLimit.MAX_BYTES).topicBytes());
    settings.put("message.max.bytes", largest);
    settings.put("replica.fetch.max.bytes", largest);
    // A killed broker counts as dead after two seconds, so that it can be started again soon.
    settings.put("broker.session.timeout.ms", "2000");
    settings.put("broker.heartbeat.interval.ms", "500");
    return settings;
  }
}
