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
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TransactionAbortableException;

/** Decides whether a failed stream thread is replaced, and after how long. Thread-safe. */
final class Recovery {
  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofSeconds(30);

  /**
   * A failure after this time is a new one, for which the waiting time starts again. It is longer
   * than a thread takes to notice that Kafka is still unavailable: its producer waits 60 s.
   */
  private static final long QUIET_PERIOD_NANOS = TimeUnit.MINUTES.toNanos(5);

  private final LongSupplier nanoTime;
  private Duration last = Duration.ZERO;
  private long failedAt;

  /**
   * Creates the policy for threads none of which has failed yet.
   *
   * @param nanoTime a clock in nanoseconds with any origin
   */
  Recovery(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Whether a new thread can recover from a failure: Kafka or the schema registry was unavailable,
   * or a transaction was lost. Failures that need a person (permissions, missing topics, a full
   * disk, a defect) are not transient.
   */
  static boolean isTransient(Throwable failure) {
    boolean isTransient = RegistryOutage.isCauseOf(failure);
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof Error
          || cause instanceof AuthenticationException
          || cause instanceof AuthorizationException) {
        return false;
      }
      isTransient |=
          cause instanceof RetriableException
              || cause instanceof ApplicationRecoverableException
              || cause instanceof TransactionAbortableException
              || cause instanceof OutOfOrderSequenceException
              // The broker ended a transaction whose thread had stalled (KAFKA-19690).
              || cause instanceof InvalidTxnStateException
              || isKafkaInternal(cause);
    }
    return isTransient;
  }

  /**
   * Whether Kafka's own code failed in an inconsistent state: with a transaction that it can
   * neither complete nor abort, or with tasks that it can no longer account for. Kafka has no
   * exception type for these failures, and a new thread does not have that state.
   */
  private static boolean isKafkaInternal(Throwable cause) {
    if (cause.getCause() != null) {
      return false;
    }
    return cause.getClass() == KafkaException.class
        || cause.getClass() == IllegalStateException.class && isThrownByKafka(cause);
  }

  /**
   * Whether the failure was thrown by a producer, or by code of Kafka that was not called from
   * Sluice's code.
   */
  private static boolean isThrownByKafka(Throwable failure) {
    List<String> places =
        Stream.of(failure.getStackTrace()).map(StackTraceElement::getClassName).toList();
    return !places.isEmpty()
        && (places.get(0).startsWith("org.apache.kafka.clients.producer.")
            || places.get(0).startsWith("org.apache.kafka.")
                && places.stream().noneMatch(place -> place.startsWith("io.sluice.")));
  }

  /** How long to wait after a failure now: twice as long as the last time, from 1 s to 30 s. */
  synchronized Duration nextBackoff() {
    long now = nanoTime.getAsLong();
    if (last.isZero() || now - failedAt > QUIET_PERIOD_NANOS) {
      last = SHORTEST;
    } else {
      Duration doubled = last.multipliedBy(2);
      last = doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
    }
    failedAt = now;
    return last;
  }
}
