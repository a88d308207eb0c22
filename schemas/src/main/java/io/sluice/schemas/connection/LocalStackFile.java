package io.sluice.schemas.connection;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The properties file by which the local stack announces itself: it is there while the stack runs,
 * and holds the addresses of its broker and of its schema registry.
 *
 * @param path of the file, whether it exists or not
 */
public record LocalStackFile(Path path) {
  private static final String NAME = "stack.properties";

  /** The data directory of the local stack unless another is given: {@code ~/.sluice/stack}. */
  public static Path defaultDirectory() {
    return Path.of(System.getProperty("user.home"), ".sluice", "stack");
  }

  /** The file of the local stack in the default data directory. */
  public static LocalStackFile ofDefaultDirectory() {
    return in(defaultDirectory());
  }

  /** The file of a local stack in a data directory. */
  public static LocalStackFile in(Path directory) {
    return new LocalStackFile(directory.resolve(NAME));
  }

  /**
   * The file to take settings from: this one if the stack runs and no other Kafka is named. The
   * stack's registry is never mixed with the broker of another Kafka.
   *
   * @param given the settings that come from elsewhere
   */
  public Optional<Path> unlessKafkaIsNamed(Map<String, String> given) {
    return given.containsKey(ConnectionSettings.BOOTSTRAP_SERVERS.key()) || !Files.exists(path)
        ? Optional.empty()
        : Optional.of(path);
  }
}
