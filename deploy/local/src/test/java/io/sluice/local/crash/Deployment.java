package io.sluice.local.crash;

import io.sluice.local.cli.Sluice;
import io.sluice.local.endtoend.ApiClient;
import io.sluice.local.process.FreePort;
import io.sluice.local.process.RestartableProcess;
import io.sluice.local.stack.RegistryProcess;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.schemas.topic.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.utils.Utils;

/**
 * Runs a broker, two instances of the streams-app and a producer in separate processes that can be
 * killed, and a schema registry that is never killed.
 */
final class Deployment implements AutoCloseable {
  static final String APPLICATION_ID = "crash";
  static final int SHARDS = 3;
  private static final int TASK_PARTITIONS = 2;
  private static final Duration STARTED_WITHIN = Duration.ofSeconds(120);
  private static final Duration RECOVERED_WITHIN = Duration.ofMinutes(4);
  private static final long FINISHED_WITHIN_SECONDS = 300;

  /** Settings that roll and compact logs all the time, as otherwise happens only over months. */
  private static final Map<String, String> COMPACTED_SOON =
      Map.of("segment.ms", "3000", "min.cleanable.dirty.ratio", "0.01");

  private final Path folder;
  private final RegistryProcess registry;
  private final String bootstrapServers;
  private final Map<Fault.Role, RestartableProcess> victims = new EnumMap<>(Fault.Role.class);
  private final List<ApiClient> apis;

  private Deployment(Path folder, long seed) throws IOException {
    this.folder = folder;
    int brokerPort = FreePort.next();
    bootstrapServers = "127.0.0.1:" + brokerPort;
    registry =
        RegistryProcess.launch(RegistryProcess.distribution(), folder.resolve("registry"), 0);
    victims.put(
        Fault.Role.BROKER,
        new RestartableProcess(
            "broker",
            folder,
            BrokerProcess.class,
            List.of(folder.resolve("broker").toString(), Integer.toString(brokerPort))));
    int portA = FreePort.next();
    int portB = FreePort.next();
    victims.put(Fault.Role.STREAMS_A, streams(Fault.Role.STREAMS_A, portA));
    victims.put(Fault.Role.STREAMS_B, streams(Fault.Role.STREAMS_B, portB));
    apis = List.of(api(portA), api(portB));
    victims.put(
        Fault.Role.PRODUCER,
        new RestartableProcess(
            "producer",
            folder,
            ProducerProcess.class,
            List.of(
                bootstrapServers,
                registry.url(),
                Integer.toString(SHARDS),
                Long.toString(seed),
                folder.resolve("progress").toString(),
                stopFile().toString())));
  }

  /**
   * Starts all processes.
   *
   * @param folder for data and logs of the processes; its old content is deleted
   * @param seed seed of the producer's script
   */
  static Deployment start(Path folder, long seed) throws Exception {
    Utils.delete(folder.toFile());
    Files.createDirectories(folder);
    Deployment deployment = new Deployment(folder.toAbsolutePath(), seed);
    try {
      deployment.start();
      return deployment;
    } catch (Exception | AssertionError e) {
      deployment.close();
      throw e;
    }
  }

  private void start() throws IOException, InterruptedException, ExecutionException {
    victims.get(Fault.Role.BROKER).start();
    try (Admin admin = admin()) {
      new TopicSetup(SHARDS, TASK_PARTITIONS)
          .apply(admin, Topics.withDefaultPrefix(), RecordLimit.byDefault());
      alter(admin, ConfigResource.Type.BROKER, "1", Map.of("log.cleaner.backoff.ms", "1000"));
      alter(
          admin,
          ConfigResource.Type.TOPIC,
          Topics.withDefaultPrefix().representations(),
          COMPACTED_SOON);
    }
    registry.awaitReady(STARTED_WITHIN);
    victims.get(Fault.Role.STREAMS_A).start();
    victims.get(Fault.Role.STREAMS_B).start();
    victims.get(Fault.Role.PRODUCER).start();
  }

  /** Kills the processes of a fault, waits as long as it says, and starts them again. */
  void inject(Fault fault) throws InterruptedException, IOException {
    if (fault.recovered()) {
      awaitReady();
    }
    Thread.sleep(fault.pause().toMillis());
    requireAlive();
    for (Fault.Role role : fault.victims()) {
      victims.get(role).kill();
    }
    for (Fault.Role role : fault.wiped()) {
      Utils.delete(stateDirectory(role).toFile());
    }
    Thread.sleep(fault.down().toMillis());
    for (Fault.Role role : fault.victims()) {
      victims.get(role).start();
    }
  }

  private void awaitReady() throws InterruptedException {
    Instant deadline = Instant.now().plus(RECOVERED_WITHIN);
    while (!isReady()) {
      requireAlive();
      if (Instant.now().isAfter(deadline)) {
        throw new AssertionError(
            "an instance is still not ready " + RECOVERED_WITHIN + " after a fault");
      }
      Thread.sleep(500);
    }
  }

  /** Whether both instances report that they are ready. */
  boolean isReady() {
    return apis.stream().allMatch(Deployment::isReady);
  }

  private static boolean isReady(ApiClient api) {
    try {
      return api.get("/health/ready").status() == 200;
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  /** Tells the producer to finish what it has begun, and waits until it has. */
  void finishProducing() throws IOException, InterruptedException {
    Files.writeString(stopFile(), "");
    victims.get(Fault.Role.PRODUCER).awaitEnd(FINISHED_WITHIN_SECONDS);
  }

  /** Fails when a process has ended that was not killed. */
  void requireAlive() {
    victims.values().forEach(RestartableProcess::requireAlive);
  }

  String bootstrapServers() {
    return bootstrapServers;
  }

  String schemaRegistry() {
    return registry.url();
  }

  /** Returns a client of the HTTP API of each instance. */
  List<ApiClient> apis() {
    return apis;
  }

  /** Returns a new admin client, which the caller closes. */
  Admin admin() {
    return Admin.create(
        Map.of(
            "bootstrap.servers",
            bootstrapServers,
            "default.api.timeout.ms",
            Long.toString(STARTED_WITHIN.toMillis())));
  }

  /** Kills all processes that are still running. */
  @Override
  public void close() {
    victims.values().forEach(RestartableProcess::close);
    registry.close();
  }

  private RestartableProcess streams(Fault.Role role, int port) {
    return new RestartableProcess(
        role.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'),
        folder,
        Sluice.class,
        List.of(
            "streams",
            "--bootstrap-servers=" + bootstrapServers,
            "--schema-registry=" + registry.url(),
            "--state-dir=" + stateDirectory(role),
            "--http-port=" + port,
            "--set=application.id=" + APPLICATION_ID,
            // Shorter than a broker is down, so that sending fails with every fault of the broker.
            "--set=producer.max.block.ms=1500",
            "--set=topic.segment.ms=" + COMPACTED_SOON.get("segment.ms"),
            "--set=topic.min.cleanable.dirty.ratio="
                + COMPACTED_SOON.get("min.cleanable.dirty.ratio")));
  }

  private Path stateDirectory(Fault.Role role) {
    return folder.resolve("state-" + role);
  }

  private Path stopFile() {
    return folder.resolve("stop");
  }

  private static ApiClient api(int port) {
    return new ApiClient(URI.create("http://127.0.0.1:" + port));
  }

  private static void alter(
      Admin admin, ConfigResource.Type type, String name, Map<String, String> settings)
      throws InterruptedException, ExecutionException {
    List<AlterConfigOp> changes =
        settings.entrySet().stream()
            .map(each -> new ConfigEntry(each.getKey(), each.getValue()))
            .map(entry -> new AlterConfigOp(entry, AlterConfigOp.OpType.SET))
            .toList();
    admin.incrementalAlterConfigs(Map.of(new ConfigResource(type, name), changes)).all().get();
  }
}
