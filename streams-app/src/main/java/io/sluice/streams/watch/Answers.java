package io.sluice.streams.watch;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaFuture;

/**
 * Waits for the answers of brokers, all of which have to arrive before one deadline.
 *
 * @param deadline in the time of {@link System#nanoTime}
 */
record Answers(long deadline) {
  static Answers within(Duration time) {
    return new Answers(System.nanoTime() + time.toNanos());
  }

  /** The answer. */
  <T> T of(KafkaFuture<T> future)
      throws ExecutionException, TimeoutException, InterruptedException {
    return future.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
  }

  /** The answer; empty when the broker refuses it, for lack of a permission or of the topic. */
  <T> Optional<T> ifPermitted(KafkaFuture<T> future) throws TimeoutException, InterruptedException {
    try {
      return Optional.ofNullable(of(future));
    } catch (ExecutionException e) {
      return Optional.empty();
    }
  }
}
