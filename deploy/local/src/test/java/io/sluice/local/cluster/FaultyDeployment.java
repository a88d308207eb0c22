package io.sluice.local.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.cli.CommandRun;
import io.sluice.local.crash.CompactedSoon;
import io.sluice.local.crash.Connection;
import io.sluice.local.crash.Oracle;
import io.sluice.local.crash.Running;
import io.sluice.local.crash.StreamsInstance;
import io.sluice.local.endtoend.TopicClient;
import io.sluice.local.process.RestartableProcess;
import io.sluice.local.security.Role;
import io.sluice.local.stack.Replication;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.schemas.topic.Topics;
import io.sluice.streams.client.TargetTasks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.utils.Utils;

/**
 * Services on a secured cluster, where each has only the permissions of its role. All of them, the
 * brokers and the registry can be disturbed.
 */
final class FaultyDeployment implements Running, AutoCloseable {
  private static final int TASK_PARTITIONS = 2;
  private static final int REPLICAS = 3;
  private static final Role.Names NAMES =
      Role.Names.of(
          Topics.withDefaultPrefix(), Map.of("representation.id", CandidateFeed.REPRESENTATION));

  /** The user who sends candidates to the real workers, and changes their task. */
  private static final String SENDER = "sender";

  private final SecuredCluster cluster;
  private final Victims victims;
  private final FaultInjector injector;
  private final CandidateFeed feed;

  private FaultyDeployment(SecuredCluster cluster, Victims victims, Path folder, long seed) {
    this.cluster = cluster;
    this.victims = victims;
    this.injector = new FaultInjector(cluster, victims, folder);
    this.feed =
        new CandidateFeed(cluster.connection(SENDER), cluster.kafkaConnection(SENDER), seed);
  }

  /**
   * Starts the cluster and everything on it.
   *
   * @param folder for data and logs of the processes; its old content is deleted
   */
  static FaultyDeployment start(Path folder, Victims.Setup setup) throws Exception {
    Utils.delete(folder.toFile());
    Path created = Files.createDirectories(folder.toAbsolutePath());
    SecuredCluster cluster = SecuredCluster.start(created);
    try {
      admit(cluster, Role.STREAMS.label(), Role.STREAMS);
      admit(cluster, Role.TRAINER.label(), Role.TRAINER);
      admit(cluster, Role.WORKER.label(), Role.WORKER);
      admit(cluster, Role.READER.label(), Role.READER);
      admit(cluster, Victims.PRODUCER, Role.WORKER, Role.CURATOR);
      admit(cluster, SENDER, Role.SENDER, Role.CURATOR);
      createTopics(cluster, setup);
      FaultyDeployment deployment =
          new FaultyDeployment(cluster, Victims.of(cluster, created, setup), created, setup.seed());
      deployment.victims.start();
      deployment.feed.start();
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

  private static void createTopics(SecuredCluster cluster, Victims.Setup setup) throws Exception {
    try (Admin admin = cluster.admin()) {
      new TopicSetup(setup.shards(), TASK_PARTITIONS, new Replication(REPLICAS, Optional.empty()))
          .apply(admin, NAMES.topics(), RecordLimit.byDefault());
      List<String> brokers =
          admin.describeCluster().nodes().get().stream().map(node -> node.idString()).toList();
      CompactedSoon.alter(admin, NAMES.topics().representations(), brokers);
      setup.protocols().configure(admin, NAMES.applicationId(), setup.standbys());
    }
  }

  /** Lets a fault happen, when those before it are over that it must not meet. */
  void inject(ClusterFault fault) throws InterruptedException, IOException {
    injector.awaitEndsBefore(fault);
    if (fault.recovered()) {
      awaitReady();
    }
    Thread.sleep(fault.pause().toMillis());
    requireAlive();
    injector.begin(fault);
  }

  /**
   * Lets everything that was begun come to an end, and checks that all is as if nothing had
   * happened. Nothing new is sent afterwards until {@link #resume}.
   */
  void check() throws Exception {
    injector.awaitEnds();
    requireAlive();
    cluster.awaitInSync();
    feed.pause();
    victims.producer().finish();
    Map<String, String> admin = cluster.connection(SecuredCluster.ADMIN);
    try (TopicClient kafka = new TopicClient(cluster.kafkaConnection(SecuredCluster.ADMIN))) {
      new Represented(kafka, admin, this::requireAlive).await();
      new Oracle(this).check();
      new TrainedOnce(kafka, admin).check();
    }
    victims.endSupervision();
    verifyAllTasks(admin);
    assertThat(refused()).as("what the brokers refused").isEmpty();
  }

  /** Has the command {@code verify} select each subset again. */
  private void verifyAllTasks(Map<String, String> admin) throws IOException {
    for (String task : new TargetTasks(KafkaAccess.of(admin)).all().keySet()) {
      CommandRun run =
          CommandRun.of("verify", task, "--config=" + cluster.connectionFile(Role.READER.label()));
      assertThat(run.exitCode()).as("verify: %s%s", run.out(), run.err()).isZero();
      assertThat(run.out()).contains("is equal to what the batch rule selects");
    }
  }

  /** Goes on after a check. */
  void resume() throws IOException {
    victims.producer().resume();
    feed.start();
  }

  /** What the brokers have refused to the users of the services. */
  private Set<Decision> refused() throws IOException {
    return cluster.decisions().stream()
        .filter(each -> !each.allowed() && !each.user().equals(SecuredCluster.ADMIN))
        .collect(Collectors.toSet());
  }

  @Override
  public List<StreamsInstance> instances() {
    return victims.streams();
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
    victims.requireAlive();
    cluster.brokers().forEach(RestartableProcess::requireAlive);
  }

  /** Kills all processes that are still running. */
  @Override
  public void close() throws IOException {
    injector.close();
    feed.close();
    victims.close();
    cluster.close();
  }
}
