package io.sluice.streams.topology;

import io.sluice.schemas.serde.RegistryOutage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ApplicationRecoverableException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TransactionAbortableException;

/**
 * What becomes of a stream thread that failed: whether another may take its place, and after how
 * long. Used by any thread.
 */
final class Recovery {
  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofSeconds(30);

  /** Longer than a thread needs to find out that Kafka is still away: its producer waits 60 s. */
  private static final long CALM_NANOS = TimeUnit.MINUTES.toNanos(5);

  private final LongSupplier nanoTime;
  private Duration last = Duration.ZERO;
  private long failedAt;

  /**
   * Nothing has failed yet.
   *
   * @param nanoTime a clock in nanoseconds, of any origin
   */
  Recovery(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Whether a failure passes by itself: Kafka or the schema registry is away, or a transaction was
   * lost meanwhile. What only a person can mend (permissions, topics, a defect) does not.
   */
  static boolean heals(Throwable failure) {
    boolean passing = RegistryOutage.isCauseOf(failure);
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof Error
          || cause instanceof AuthenticationException
          || cause instanceof AuthorizationException) {
        return false;
      }
      passing |=
          cause instanceof RetriableException
              || cause instanceof ApplicationRecoverableException
              || cause instanceof TransactionAbortableException
              || cause instanceof OutOfOrderSequenceException
              || isKafkasOwn(cause);
    }
    return passing;
  }

  /**
   * What Kafka's code says of a transaction that it can neither end nor go on with, or of tasks
   * that it lost count of meanwhile: no type of exception tells it, and a new thread is rid of it.
   */
  private static boolean isKafkasOwn(Throwable cause) {
    if (cause.getCause() != null) {
      return false;
    }
    return cause.getClass() == KafkaException.class
        || cause.getClass() == IllegalStateException.class && isThrownByKafka(cause);
  }

  /** In a producer, or in any part of Kafka that nothing of ours has called. */
  private static boolean isThrownByKafka(Throwable failure) {
    List<String> places =
        Stream.of(failure.getStackTrace()).map(StackTraceElement::getClassName).toList();
    return !places.isEmpty()
        && (places.get(0).startsWith("org.apache.kafka.clients.producer.")
            || places.get(0).startsWith("org.apache.kafka.")
                && places.stream().noneMatch(place -> place.startsWith("io.sluice.")));
  }

  /** How long to wait now that a thread has failed: twice as long as the last time, 1 s to 30 s. */
  synchronized Duration nextWait() {
    long now = nanoTime.getAsLong();
    if (last.isZero() || now - failedAt > CALM_NANOS) {
      last = SHORTEST;
    } else {
      Duration doubled = last.multipliedBy(2);
      last = doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
    }
    failedAt = now;
    return last;
  }
}
