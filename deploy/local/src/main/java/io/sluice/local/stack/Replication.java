package io.sluice.local.stack;

import java.util.Optional;

/**
 * How many brokers store each record, and how many of them must have it before it counts as
 * written.
 *
 * @param factor replicas of each partition, at least 1
 * @param minInSync the topics' {@code min.insync.replicas}, 1 to {@code factor}; if empty, it
 *     follows from the number of replicas, see {@link #minInSyncOf}
 */
public record Replication(int factor, Optional<Integer> minInSync) {
  /** One replica, as on a single broker. */
  public static final Replication NONE = new Replication(1, Optional.empty());

  /** With two replicas, writers would stop whenever one of the two brokers is away. */
  private static final int REPLICAS_FOR_TWO_IN_SYNC = 3;

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException when one is out of its range
   */
  public Replication {
    if (factor < 1 || factor > Short.MAX_VALUE) {
      throw new IllegalArgumentException("replication factor %d: use 1 or more".formatted(factor));
    }
    if (minInSync.filter(min -> min < 1 || min > factor).isPresent()) {
      throw new IllegalArgumentException(
          "%d replicas in sync: use 1 or more, and no more than the replication factor of %d"
              .formatted(minInSync.get(), factor));
    }
  }

  /**
   * The {@code min.insync.replicas} that a topic needs: what was asked for, or else 2 with three or
   * more replicas, so that no record that counts as written is lost with one broker.
   *
   * @param replicas of each partition of the topic
   */
  int minInSyncOf(int replicas) {
    return minInSync.orElse(replicas >= REPLICAS_FOR_TWO_IN_SYNC ? 2 : 1);
  }
}
