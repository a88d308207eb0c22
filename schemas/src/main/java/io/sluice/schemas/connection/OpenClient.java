package io.sluice.schemas.connection;

import java.time.Duration;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;

/**
 * An open Kafka client of a service. It closes within 1.5 s even when no broker responds, also in a
 * thread that was interrupted. If closing takes longer, the brokers treat the client like one whose
 * process was killed. Flush a producer before closing it.
 *
 * @param <C> the type of the client
 * @param client the client, which one thread uses and closes
 * @param closing closes the client within the time that it is given
 */
public record OpenClient<C>(C client, java.util.function.Consumer<Duration> closing)
    implements AutoCloseable {
  /** Two clients are closed well within the time in which a service ends after SIGTERM. */
  private static final Duration LIMIT = Duration.ofMillis(1500);

  /** A consumer; closing it leaves its group, and commits nothing. */
  public static <K, V> OpenClient<Consumer<K, V>> of(Consumer<K, V> consumer) {
    return new OpenClient<>(consumer, limit -> consumer.close(CloseOptions.timeout(limit)));
  }

  /** A producer; records that are not acknowledged when the time is up are dropped. */
  public static <K, V> OpenClient<Producer<K, V>> of(Producer<K, V> producer) {
    return new OpenClient<>(producer, producer::close);
  }

  /** Closes the client; the thread's interrupt, which would make that fail, is kept for later. */
  @Override
  public void close() {
    boolean interrupted = Thread.interrupted();
    try {
      closing.accept(LIMIT);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
