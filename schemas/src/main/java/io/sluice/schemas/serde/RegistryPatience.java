package io.sluice.schemas.serde;

import java.time.Duration;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repeats requests to the schema registry while it does not respond properly, with pauses that grow
 * up to two seconds. The first failure is logged, so that people can see what is being waited for.
 *
 * <p>Immutable, and safe for use by several threads, each of which blocks on its own.
 *
 * @param limit how long requests are repeated; after that, the last failure is thrown unchanged.
 *     With zero, no request is repeated
 */
record RegistryPatience(Duration limit) {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryPatience.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  /**
   * Returns the result of a request.
   *
   * @throws KafkaException what the request throws, at once unless {@linkplain RegistryOutage the
   *     registry} is its cause
   * @throws InterruptException when the thread is interrupted while it waits
   */
  <T> T await(Supplier<T> request) {
    long begin = System.nanoTime();
    Duration pause = FIRST_PAUSE;
    while (true) {
      try {
        return request.get();
      } catch (KafkaException e) {
        boolean isOver = System.nanoTime() - begin >= limit.toNanos();
        if (isOver || !RegistryOutage.isCauseOf(e)) {
          throw e;
        }
        if (pause.equals(FIRST_PAUSE)) {
          LOG.atWarn()
              .addKeyValue("registry", RegistryOutage.describe(e))
              .addKeyValue("limit", limit)
              .log("Waiting for the schema registry");
        }
      }
      sleep(pause);
      Duration longer = pause.multipliedBy(2);
      pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
    }
  }

  private static void sleep(Duration pause) {
    try {
      Thread.sleep(pause.toMillis());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
