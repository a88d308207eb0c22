package io.sluice.local.cluster;

import io.sluice.local.crash.CompactedSoon;
import io.sluice.local.crash.Connection;
import io.sluice.local.crash.ReadyTrainer;
import io.sluice.local.crash.Running;
import io.sluice.local.crash.ScriptedProducer;
import io.sluice.local.crash.StreamsInstance;
import io.sluice.local.process.RestartableProcess;
import io.sluice.local.security.Role;
import io.sluice.local.stack.Replication;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.topic.RecordLimit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.utils.Utils;

/**
 * Two instances of the streams-app, a producer and a trainer on a secured cluster, where each has
 * only the permissions of its role. All of them, the brokers and the registry can be disturbed.
 */
final class FaultyDeployment implements Running, AutoCloseable {
  private static final int SHARDS = 3;
  private static final int TASK_PARTITIONS = 2;
  private static final int REPLICAS = 3;
  private static final long STOPPED_WITHIN_SECONDS = 300;
  private static final Role.Names NAMES = Role.Names.byDefault();

  /** Stands for workers, and for users who change tasks. */
  private static final String PRODUCER = "producer";

  private final SecuredCluster cluster;
  private final List<StreamsInstance> instances;
  private final ScriptedProducer producer;
  private final RestartableProcess trainer;

  private FaultyDeployment(SecuredCluster cluster, Path folder, long seed, int standbys)
      throws IOException {
    this.cluster = cluster;
    Path streams = cluster.connectionFile(Role.STREAMS.label());
    this.instances =
        Stream.of("streams-a", "streams-b")
            .map(
                name ->
                    StreamsInstance.of(
                        name,
                        folder,
                        streams,
                        List.of(
                            "--set=replication.factor=" + REPLICAS,
                            "--set=topic.min.insync.replicas=2",
                            "--set=num.standby.replicas=" + standbys)))
            .toList();
    this.producer = ScriptedProducer.of(folder, cluster.connectionFile(PRODUCER), SHARDS, seed);
    this.trainer =
        new RestartableProcess(
            "trainer",
            folder,
            ReadyTrainer.class,
            List.of(cluster.connectionFile(Role.TRAINER.label()).toString()));
  }

  /**
   * Starts the cluster and everything on it.
   *
   * @param folder for data and logs of the processes; its old content is deleted
   * @param seed seed of the producer's script
   * @param standbys {@code num.standby.replicas} of the streams-app
   */
  static FaultyDeployment start(Path folder, long seed, int standbys) throws Exception {
    Utils.delete(folder.toFile());
    Path created = Files.createDirectories(folder.toAbsolutePath());
    SecuredCluster cluster = SecuredCluster.start(created);
    try {
      admit(cluster, Role.STREAMS.label(), Role.STREAMS);
      admit(cluster, Role.TRAINER.label(), Role.TRAINER);
      admit(cluster, PRODUCER, Role.WORKER, Role.CURATOR);
      createTopics(cluster);
      FaultyDeployment deployment = new FaultyDeployment(cluster, created, seed, standbys);
      deployment.processes().forEach(RestartableProcess::start);
      return deployment;
    } catch (Exception | AssertionError e) {
      cluster.close();
      throw e;
    }
  }

  private static void admit(SecuredCluster cluster, String user, Role... roles) throws Exception {
    cluster.addUser(user);
    for (Role role : roles) {
      cluster.grant(user, role.permissions(NAMES));
    }
  }

  private static void createTopics(SecuredCluster cluster) throws Exception {
    try (Admin admin = cluster.admin()) {
      new TopicSetup(SHARDS, TASK_PARTITIONS, new Replication(REPLICAS, Optional.empty()))
          .apply(admin, NAMES.topics(), RecordLimit.byDefault());
      List<String> brokers =
          admin.describeCluster().nodes().get().stream().map(node -> node.idString()).toList();
      CompactedSoon.alter(admin, NAMES.topics().representations(), brokers);
    }
  }

  /** Lets a fault happen, and ends it; what it happened to may still have to recover. */
  void inject(ClusterFault fault) throws InterruptedException, IOException {
    if (fault.recovered()) {
      awaitReady();
    }
    Thread.sleep(fault.pause().toMillis());
    requireAlive();
    StreamsInstance instance = instances.get(fault.victim() % instances.size());
    switch (fault.kind()) {
      case BROKER_KILLED -> kill(fault, broker(fault.victim()));
      case TWO_BROKERS_KILLED -> kill(fault, broker(fault.victim()), broker(fault.victim() + 1));
      case BROKER_FROZEN -> freeze(fault, broker(fault.victim()));
      case BROKERS_ROLLED -> roll();
      case REGISTRY_AWAY -> {
        cluster.registry().stop();
        Thread.sleep(fault.lasting().toMillis());
        cluster.registry().restart();
      }
      case STREAMS_KILLED -> kill(fault, instance.process());
      case STREAMS_WIPED -> {
        instance.process().kill();
        instance.wipe();
        Thread.sleep(fault.lasting().toMillis());
        instance.process().start();
      }
      case PRODUCER_KILLED -> kill(fault, producer.process());
      case TRAINER_KILLED -> kill(fault, trainer);
    }
  }

  private RestartableProcess broker(int number) {
    return cluster.brokers().get(number % cluster.brokers().size());
  }

  private static void kill(ClusterFault fault, RestartableProcess... victims)
      throws InterruptedException {
    for (RestartableProcess victim : victims) {
      victim.kill();
    }
    Thread.sleep(fault.lasting().toMillis());
    for (RestartableProcess victim : victims) {
      victim.start();
    }
  }

  private static void freeze(ClusterFault fault, RestartableProcess broker)
      throws InterruptedException, IOException {
    broker.freeze();
    Thread.sleep(fault.lasting().toMillis());
    broker.thaw();
  }

  private void roll() throws InterruptedException, IOException {
    for (RestartableProcess broker : cluster.brokers()) {
      cluster.awaitInSync();
      broker.stop(STOPPED_WITHIN_SECONDS);
      broker.start();
    }
    cluster.awaitInSync();
  }

  /** Lets the producer finish when the cluster has recovered. */
  void finishProducing() throws IOException, InterruptedException {
    cluster.awaitInSync();
    producer.finish();
  }

  /** What the brokers have refused to the users of the services. */
  Set<Decision> refused() throws IOException {
    return cluster.decisions().stream()
        .filter(each -> !each.allowed() && !each.user().equals(SecuredCluster.ADMIN))
        .collect(Collectors.toSet());
  }

  @Override
  public List<StreamsInstance> instances() {
    return instances;
  }

  @Override
  public String applicationId() {
    return NAMES.applicationId();
  }

  @Override
  public Connection connection() {
    return new Connection(cluster.connection(SecuredCluster.ADMIN));
  }

  @Override
  public void requireAlive() {
    processes().forEach(RestartableProcess::requireAlive);
    cluster.brokers().forEach(RestartableProcess::requireAlive);
  }

  /** Kills all processes that are still running. */
  @Override
  public void close() {
    processes().forEach(RestartableProcess::close);
    cluster.close();
  }

  private List<RestartableProcess> processes() {
    return Stream.concat(
            instances.stream().map(StreamsInstance::process),
            Stream.of(producer.process(), trainer))
        .toList();
  }
}
