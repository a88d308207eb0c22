package io.sluice.streams.topology;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * The name under which an instance is known to its group, kept beside its state. An instance that
 * is started again takes its old place at once, instead of joining while its old self is still
 * waited for (static membership, KIP-345).
 */
final class InstanceName {
  private InstanceName() {}

  /**
   * The name of the instance whose state is in a directory; a new one when there is none.
   *
   * @throws UncheckedIOException when the directory cannot be written to
   */
  static String of(Path stateDirectory, String applicationId) {
    Path file = stateDirectory.resolve(applicationId + ".instance");
    try {
      String known = Files.exists(file) ? Files.readString(file).strip() : "";
      if (!known.isEmpty()) {
        return known;
      }
      Files.createDirectories(stateDirectory);
      Path written = Files.createTempFile(stateDirectory, applicationId, ".new");
      String name = applicationId + "-" + UUID.randomUUID();
      Files.writeString(written, name + "\n");
      Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
      return name;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot use the state directory " + stateDirectory + ": " + e.getMessage(), e);
    }
  }
}
