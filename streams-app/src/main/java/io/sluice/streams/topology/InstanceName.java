package io.sluice.streams.topology;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * The group instance id of an instance, kept in a file in its state directory. With it, an instance
 * that restarts after a crash resumes its previous membership at once (static membership, KIP-345).
 * Without it, the group would wait for the session of the crashed member to time out.
 */
final class InstanceName {
  private InstanceName() {}

  /**
   * Reads the name from the state directory, or creates one if there is none.
   *
   * @throws UncheckedIOException when the directory cannot be read or written
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
