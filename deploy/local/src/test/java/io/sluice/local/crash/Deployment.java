package io.sluice.local.crash;

import io.sluice.local.process.FreePort;
import io.sluice.local.process.RestartableProcess;
import io.sluice.local.stack.RegistryProcess;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.schemas.topic.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.utils.Utils;

/**
 * Runs a broker, two instances of the streams-app and a producer in separate processes that can be
 * killed, and a schema registry that is never killed.
 */
final class Deployment implements Running, AutoCloseable {
  private static final String APPLICATION_ID = "crash";
  private static final int SHARDS = 3;
  private static final int TASK_PARTITIONS = 2;
  private static final Duration PAUSE = Duration.ofMillis(250);
  private static final Duration STARTED_WITHIN = Duration.ofSeconds(120);

  private final RegistryProcess registry;
  private final Connection connection;
  private final Map<Fault.Role, StreamsInstance> instances = new EnumMap<>(Fault.Role.class);
  private final ScriptedProducer producer;
  private final Map<Fault.Role, RestartableProcess> victims = new EnumMap<>(Fault.Role.class);

  private Deployment(Path folder, long seed) throws IOException {
    int brokerPort = FreePort.next();
    registry =
        RegistryProcess.launch(RegistryProcess.distribution(), folder.resolve("registry"), 0);
    connection =
        new Connection(
            Map.of(
                "bootstrap.servers",
                "127.0.0.1:" + brokerPort,
                "schema.registry.url",
                registry.url()));
    Path file = connection.write(folder.resolve("connection.properties"));
    for (Fault.Role role : List.of(Fault.Role.STREAMS_A, Fault.Role.STREAMS_B)) {
      instances.put(role, streams(role, folder, file));
    }
    producer = ScriptedProducer.of(folder, file, SHARDS, seed, PAUSE);
    victims.put(
        Fault.Role.BROKER,
        new RestartableProcess(
            "broker",
            folder,
            BrokerProcess.class,
            List.of(folder.resolve("broker").toString(), Integer.toString(brokerPort))));
    instances.forEach((role, instance) -> victims.put(role, instance.process()));
    victims.put(Fault.Role.PRODUCER, producer.process());
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

  private void start() throws InterruptedException, ExecutionException {
    victims.get(Fault.Role.BROKER).start();
    Topics topics = Topics.withDefaultPrefix();
    try (Admin admin =
        Admin.create(
            connection.client(
                Map.of("default.api.timeout.ms", Long.toString(STARTED_WITHIN.toMillis()))))) {
      new TopicSetup(SHARDS, TASK_PARTITIONS).apply(admin, topics, RecordLimit.byDefault());
      CompactedSoon.alter(admin, topics.representations(), List.of("1"));
    }
    registry.awaitReady(STARTED_WITHIN);
    instances.values().forEach(instance -> instance.process().start());
    producer.process().start();
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
      instances.get(role).wipe();
    }
    Thread.sleep(fault.down().toMillis());
    for (Fault.Role role : fault.victims()) {
      victims.get(role).start();
    }
  }

  /** Lets the producer finish what it has begun, and waits until it has. */
  void finishProducing() throws IOException, InterruptedException {
    producer.finish();
  }

  @Override
  public void requireAlive() {
    victims.values().forEach(RestartableProcess::requireAlive);
  }

  @Override
  public String applicationId() {
    return APPLICATION_ID;
  }

  @Override
  public Connection connection() {
    return connection;
  }

  @Override
  public List<StreamsInstance> instances() {
    return List.copyOf(instances.values());
  }

  /** Kills all processes that are still running. */
  @Override
  public void close() {
    victims.values().forEach(RestartableProcess::close);
    registry.close();
  }

  private static StreamsInstance streams(Fault.Role role, Path folder, Path connection) {
    String name = role.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    return StreamsInstance.of(
        name,
        folder,
        folder.resolve("state-" + name),
        connection,
        List.of(
            "--set=application.id=" + APPLICATION_ID,
            // Shorter than a broker is down, so that sending fails with every fault of the broker.
            "--set=producer.max.block.ms=1500"));
  }
}
