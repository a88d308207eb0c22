package io.sluice.local.services;

import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.streams.client.RepresentedTasks;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;

/** Checks the tasks that an earlier run has left in a data directory. */
public final class KeptTasks {
  private KeptTasks() {}

  /**
   * Requires that a worker represents candidates as the queries of all tasks in Kafka are
   * represented. Otherwise it could represent any number of candidates, and none would be selected.
   *
   * @param representationId the worker's representation; tasks with another one do not matter
   * @param fingerprint of the worker's vectors
   * @param data the data directory, as people named it
   * @throws IllegalStateException when they are not; the message says what to do
   */
  public static void requireSameVectors(
      KafkaAccess kafka, String representationId, String fingerprint, Path data) {
    SortedMap<String, String> others =
        new TreeMap<>(new RepresentedTasks(kafka).fingerprints(representationId));
    others.values().removeIf(fingerprint::equals);
    if (!others.isEmpty()) {
      throw new IllegalStateException(
          ("the queries of the tasks %s in %s have vectors of other fingerprints than this run"
                  + " computes (%s instead of %s): another model, other settings or another version"
                  + " of Sluice computed them, and such vectors are never compared. Use another"
                  + " directory (--data DIR), or delete this one to begin anew")
              .formatted(
                  String.join(", ", others.keySet()),
                  data,
                  brief(others.get(others.firstKey())),
                  brief(fingerprint)));
    }
  }

  private static String brief(String fingerprint) {
    return fingerprint.substring(0, Math.min(12, fingerprint.length()));
  }
}
