package io.sluice.local.crash;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A deployment whose processes are killed or disturbed while it works. */
public interface Running {
  /** How long instances may need after a fault until they are ready. */
  Duration RECOVERED_WITHIN = Duration.ofMinutes(10);

  /** The instances of the streams-app. */
  List<StreamsInstance> instances();

  /** The {@code application.id} of the streams-app. */
  String applicationId();

  /** The connection of a user who may read everything. */
  Connection connection();

  /** Fails when a process has ended that was not killed. */
  void requireAlive();

  /** Whether all instances report that they are ready. */
  default boolean isReady() {
    return instances().stream().allMatch(StreamsInstance::isReady);
  }

  /** Waits until all instances are ready. */
  default void awaitReady() throws InterruptedException {
    Instant deadline = Instant.now().plus(RECOVERED_WITHIN);
    while (!isReady()) {
      requireAlive();
      if (Instant.now().isAfter(deadline)) {
        throw new AssertionError(
            "an instance is still not ready " + RECOVERED_WITHIN + " after a fault");
      }
      Thread.sleep(500);
    }
  }
}
