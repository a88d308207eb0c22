package io.sluice.local.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.bundled.BundledModel;
import io.sluice.local.bundled.WrittenModel;
import io.sluice.local.crash.BrokerProcess;
import io.sluice.local.process.FreePort;
import io.sluice.local.process.RestartableProcess;
import io.sluice.local.process.SluiceProcess;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.schemas.topic.Topics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tests that services, as processes, end soon after SIGTERM although the brokers or the schema
 * registry do not respond.
 */
@Tag("broker")
class TerminationTest {
  /** Clients wait for a minute or more; a supervisor kills after ten seconds or more. */
  private static final long LIMIT_SECONDS = 30;

  private static final int TERMINATED = 128 + 15;
  private static final Topics TOPICS = Topics.withDefaultPrefix();

  /** A value that begins like Avro, so that its schema is asked for. */
  private static final byte[] VALUE = {0, 0, 0, 0, 1, 0};

  private enum Outage {
    FROZEN {
      @Override
      void inflict(RestartableProcess broker) throws IOException, InterruptedException {
        broker.freeze();
      }
    },
    STOPPED {
      @Override
      void inflict(RestartableProcess broker) throws InterruptedException {
        broker.kill();
      }
    },
    NONE {
      @Override
      void inflict(RestartableProcess broker) {}
    };

    abstract void inflict(RestartableProcess broker) throws IOException, InterruptedException;
  }

  @TempDir private Path folder;

  @Test
  void givenABrokerThatDoesNotRespondFromTheBeginning_whenTerminated_thenServicesEnd()
      throws Exception {
    WrittenModel model = BundledModel.write(folder.resolve("model"));
    try (SilentServer broker = SilentServer.start();
        SluiceProcess worker = worker(model, broker.address(), "mock://m");
        SluiceProcess trainer = trainer(model, broker.address(), "mock://m");
        SluiceProcess streams = streams(broker.address(), "mock://m")) {
      worker.awaitLine("Worker of representation");
      trainer.awaitLine("Trainer ");
      WorkerTopics.await(() -> broker.connections() >= 3);

      terminate(List.of(worker, trainer, streams));
    }
  }

  /** Catches each service in the middle of a request to a registry that never responds. */
  @Tag("slow")
  @ParameterizedTest
  @EnumSource(Outage.class)
  void givenASilentRegistryAndAnOutage_whenTerminated_thenServicesEnd(Outage outage)
      throws Exception {
    WrittenModel model = BundledModel.write(folder.resolve("model"));
    String address = "127.0.0.1:" + FreePort.next();
    try (SilentServer registry = SilentServer.start();
        RestartableProcess broker = broker(address)) {
      broker.start();
      String registryUrl = "http://" + registry.address();
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
        TopicSetup.SINGLE_NODE.apply(admin, TOPICS, RecordLimit.byDefault());
      }
      write(address);
      try (SluiceProcess worker = worker(model, address, registryUrl);
          SluiceProcess trainer = trainer(model, address, registryUrl);
          SluiceProcess streams = streams(address, registryUrl)) {
        WorkerTopics.await(() -> registry.connections() >= 3);
        outage.inflict(broker);

        terminate(List.of(worker, trainer, streams));
      }
    }
  }

  private static void terminate(List<SluiceProcess> services) throws InterruptedException {
    services.forEach(SluiceProcess::terminate);
    for (SluiceProcess service : services) {
      assertThat(service.process().waitFor(LIMIT_SECONDS, TimeUnit.SECONDS))
          .as("%s has ended", service.process().info().commandLine().orElse("a service"))
          .isTrue();
      assertThat(service.process().exitValue()).isEqualTo(TERMINATED);
    }
  }

  private static void write(String address) {
    try (Producer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", address),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      Stream.of(TOPICS.candidates(), TOPICS.fineTuneJobs(), TOPICS.targetTasks())
          .forEach(topic -> producer.send(new ProducerRecord<>(topic, new byte[] {'k'}, VALUE)));
    }
  }

  private RestartableProcess broker(String address) {
    return new RestartableProcess(
        "broker",
        folder,
        BrokerProcess.class,
        List.of(folder.resolve("broker").toString(), address.substring(address.indexOf(':') + 1)));
  }

  private SluiceProcess worker(WrittenModel model, String broker, String registry)
      throws IOException {
    return start(
        "worker",
        broker,
        registry,
        "--model=" + model.base(),
        "--checkpoint=" + model.checkpoints().get(0));
  }

  private SluiceProcess trainer(WrittenModel model, String broker, String registry)
      throws IOException {
    return start(
        "trainer",
        broker,
        registry,
        "--model=" + model.base(),
        "--output=" + folder.resolve("out"));
  }

  private SluiceProcess streams(String broker, String registry) throws IOException {
    return start(
        "streams", broker, registry, "--http-port=0", "--state-dir=" + folder.resolve("state"));
  }

  private SluiceProcess start(String service, String broker, String registry, String... more)
      throws IOException {
    return SluiceProcess.start(
        folder.resolve("tmp-" + service),
        Stream.concat(
                Stream.of(
                    service, "--bootstrap-servers=" + broker, "--schema-registry=" + registry),
                Stream.of(more))
            .toArray(String[]::new));
  }

  /** Accepts connections and never sends anything. */
  private record SilentServer(ServerSocket socket, Queue<Socket> accepted)
      implements AutoCloseable {
    static SilentServer start() throws IOException {
      SilentServer server =
          new SilentServer(
              new ServerSocket(0, 100, InetAddress.getByName("127.0.0.1")),
              new ConcurrentLinkedQueue<>());
      Thread accepting = new Thread(server::accept, "silent-server");
      accepting.setDaemon(true);
      accepting.start();
      return server;
    }

    private void accept() {
      try {
        while (true) {
          accepted.add(socket.accept());
        }
      } catch (IOException closed) {
        // The test has ended.
      }
    }

    String address() {
      return "127.0.0.1:" + socket.getLocalPort();
    }

    int connections() {
      return accepted.size();
    }

    @Override
    public void close() throws IOException {
      socket.close();
      for (Socket each : accepted) {
        each.close();
      }
    }
  }
}
