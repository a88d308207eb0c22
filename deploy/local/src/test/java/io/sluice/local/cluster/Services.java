package io.sluice.local.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.bundled.WrittenModel;
import io.sluice.local.cli.Sluice;
import io.sluice.local.endtoend.ApiClient;
import io.sluice.local.process.FreePort;
import io.sluice.local.process.RestartableProcess;
import io.sluice.local.security.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A worker, a streams-app and a trainer as processes, each with a user of its own.
 *
 * @param worker not started yet
 * @param streams not started yet
 * @param trainer not started yet
 * @param api the HTTP API of the streams-app
 */
record Services(
    RestartableProcess worker,
    RestartableProcess streams,
    RestartableProcess trainer,
    ApiClient api)
    implements AutoCloseable {
  private static final Duration READY_WITHIN = Duration.ofMinutes(3);

  /**
   * Describes the services.
   *
   * @param folder of their logs, state and output
   */
  static Services of(SecuredCluster cluster, WrittenModel model, Path folder) throws IOException {
    int port = FreePort.next();
    List<String> worker = new ArrayList<>(List.of("--model=" + model.base()));
    model.checkpoints().forEach(checkpoint -> worker.add("--checkpoint=" + checkpoint));
    worker.add("--set=dimension=256");
    Path output = Files.createDirectories(folder.resolve("output"));
    return new Services(
        process(cluster, Role.WORKER, folder, worker),
        process(
            cluster,
            Role.STREAMS,
            folder,
            List.of(
                "--state-dir=" + folder.resolve("state"),
                "--http-port=" + port,
                "--set=replication.factor=3",
                "--set=topic.min.insync.replicas=2",
                // So that records of internal topics are deleted while the test runs.
                "--set=repartition.purge.interval.ms=1000")),
        process(
            cluster,
            Role.TRAINER,
            folder,
            List.of(
                "--model=" + model.base(),
                "--output=" + output,
                "--set=threads=1",
                "--set=progress.ms=200")),
        new ApiClient(URI.create("http://127.0.0.1:" + port)));
  }

  private static RestartableProcess process(
      SecuredCluster cluster, Role role, Path folder, List<String> options) throws IOException {
    String user = Users.name(role);
    List<String> args = new ArrayList<>();
    args.add(user);
    args.add("--config=" + cluster.connectionFile(user));
    args.addAll(options);
    return new RestartableProcess(user, folder, Sluice.class, args);
  }

  void start() {
    all().forEach(RestartableProcess::start);
  }

  /** Waits until the streams-app is ready. */
  void awaitReady() throws InterruptedException {
    Instant deadline = Instant.now().plus(READY_WITHIN);
    while (!isReady()) {
      requireAlive();
      assertThat(Instant.now()).as("time of waiting for the streams-app").isBefore(deadline);
      Thread.sleep(100);
    }
  }

  private boolean isReady() {
    try {
      return api.get("/health/ready").status() == 200;
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  /** Fails when a service has ended by itself. */
  void requireAlive() {
    all().forEach(RestartableProcess::requireAlive);
  }

  @Override
  public void close() {
    all().forEach(RestartableProcess::close);
  }

  private List<RestartableProcess> all() {
    return List.of(worker, streams, trainer);
  }
}
