package io.sluice.streams.watch;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * A service as Kafka shows it.
 *
 * @param service the kind of service
 * @param name tells those of a kind apart: the consumer group of workers or trainers; empty if
 *     there is one
 * @param state how it is
 * @param detail the same for people
 * @param members processes that share the work; empty when unknown
 * @param lag records that wait for it; empty when unknown
 * @param since when this instance first saw it in this state
 */
public record ServiceState(
    Service service,
    String name,
    State state,
    String detail,
    Optional<Integer> members,
    Optional<Long> lag,
    Instant since) {
  /** What Sluice consists of. */
  public enum Service {
    /** The brokers. */
    KAFKA,
    /** The schema registry. */
    REGISTRY,
    /** The streams-app, all instances together. */
    STREAMS,
    /** The workers of a consumer group. */
    WORKER,
    /** The trainers of a consumer group. */
    TRAINER;

    /** The name in lower case. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How a service is. */
  public enum State {
    /** It works. */
    UP,
    /** It works, and records have been waiting for it for some time. */
    BEHIND,
    /** Nobody does this work. */
    AWAY,
    /** This cannot be seen, because Kafka does not answer or does not permit it. */
    UNKNOWN;

    /** The name in lower case. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
