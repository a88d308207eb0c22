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

/** The broker that all tests of a JVM share. */
sealed interface TestBroker extends AutoCloseable {
  /** The system property with the container image of the tests' broker. */
  String IMAGE = "sluice.test.kafka.image";

  /** Returns the value for the setting {@code bootstrap.servers} of clients. */
  String bootstrapServers();

  @Override
  void close();

  /**
   * Starts a container if the system property names an image, and the embedded broker otherwise.
   */
  static TestBroker start() {
    return Optional.ofNullable(System.getProperty(IMAGE))
        .filter(image -> !image.isBlank())
        .<TestBroker>map(Container::start)
        .orElseGet(Embedded::start);
  }

  /**
   * A broker in this JVM.
   *
   * @param broker the running broker
   * @param directory its data directory, which is deleted when it stops
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

  /** A broker in a container. */
  record Container(KafkaContainer container) implements TestBroker {
    static Container start(String image) {
      if (!DockerClientFactory.instance().isDockerAvailable()) {
        throw new IllegalStateException(
            "-D%s=%s is set, but no container engine responds: start one (its address is in DOCKER_HOST) or omit the property to use the embedded broker"
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
