package io.sluice.local.kafka;

import io.sluice.local.stack.EmbeddedBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.kafka.common.utils.Utils;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/** A broker that tests share, wherever it runs. */
sealed interface TestBroker extends AutoCloseable {
  /** The system property that names a container image to run the tests' broker from. */
  String IMAGE = "sluice.test.kafka.image";

  /** Where clients reach it. */
  String bootstrapServers();

  @Override
  void close();

  /** Starts the broker that the system properties ask for. */
  static TestBroker start() {
    return Optional.ofNullable(System.getProperty(IMAGE))
        .filter(image -> !image.isBlank())
        .<TestBroker>map(Container::start)
        .orElseGet(Embedded::start);
  }

  /**
   * In this JVM.
   *
   * @param directory what it keeps, deleted when it stops
   */
  record Embedded(EmbeddedBroker broker, Path directory) implements TestBroker {
    static Embedded start() {
      try {
        Path directory = Files.createTempDirectory("sluice-test-broker");
        return new Embedded(EmbeddedBroker.start(directory, 0), directory);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public String bootstrapServers() {
      return broker.bootstrapServers();
    }

    @Override
    public void close() {
      broker.close();
      try {
        Utils.delete(directory.toFile());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** In a container. */
  record Container(KafkaContainer container) implements TestBroker {
    static Container start(String image) {
      if (!DockerClientFactory.instance().isDockerAvailable()) {
        throw new IllegalStateException(
            "-D%s=%s is set but no container engine answers: start one (DOCKER_HOST says where) or leave the property out to use the embedded broker"
                .formatted(IMAGE, image));
      }
      KafkaContainer container =
          new KafkaContainer(DockerImageName.parse(image).asCompatibleSubstituteFor("apache/kafka"))
              .withEnv("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false");
      container.start();
      return new Container(container);
    }

    @Override
    public String bootstrapServers() {
      return container.getBootstrapServers();
    }

    @Override
    public void close() {
      container.close();
    }
  }
}
