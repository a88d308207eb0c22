package io.sluice.streams.topology;

import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Where the local state for one Kafka cluster lies. Each cluster has a folder of its own, because
 * Kafka Streams takes whatever state it finds under the name of the application: it would go on
 * with the state for another cluster, whose offsets and schema ids mean something else.
 */
final class StateDirectory {
  /** Kafka writes cluster ids as URL-safe Base64; those of other brokers may be longer. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,100}");

  private StateDirectory() {}

  /**
   * Returns the folder for a cluster.
   *
   * @param parent the folder of all state, {@code state.dir}
   * @param clusterId the id that the brokers give their cluster
   * @throws IllegalStateException when the id cannot be the name of a folder
   */
  static Path of(Path parent, String clusterId) {
    if (!NAME.matcher(clusterId).matches()) {
      throw new IllegalStateException(
          "the brokers give a cluster id that cannot be the name of a folder for the local state:"
              + " it may have 1 to 100 characters of A-Z a-z 0-9 _ -");
    }
    return parent.resolve(clusterId);
  }
}
