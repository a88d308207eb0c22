package io.sluice.gpuworker.worker;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Measures how far the worker is behind its partitions' ends: what the brokers hold beyond what was
 * fetched, what waits here, and what is being computed. Once a second, on the worker's Kafka
 * thread.
 */
final class Lag {
  private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Consumer<?, ?> consumer;
  private final WorkerMetrics metrics;
  private final LongSupplier nanoTime;
  private long last;

  /**
   * Measures a consumer's lag.
   *
   * @param nanoTime a clock in nanoseconds, of any origin
   */
  Lag(Consumer<?, ?> consumer, WorkerMetrics metrics, LongSupplier nanoTime) {
    this.consumer = consumer;
    this.metrics = metrics;
    this.nanoTime = nanoTime;
    this.last = nanoTime.getAsLong() - EVERY_NANOS;
  }

  /**
   * Told at each turn of the worker.
   *
   * @param queues what waits
   * @param inHand what is being computed
   */
  void turn(List<TopicQueue> queues, Optional<TopicQueue.Batch> inHand) {
    long now = nanoTime.getAsLong();
    if (now - last < EVERY_NANOS) {
      return;
    }
    last = now;
    for (TopicQueue queue : queues) {
      long computed =
          inHand
              .filter(batch -> batch.stage() == queue.stage())
              .map(batch -> batch.records().size())
              .orElse(0);
      metrics.lag(queue.topic(), notFetched(queue.topic()) + queue.size() + computed);
    }
  }

  /** Partitions whose end is not known yet count nothing. */
  private long notFetched(String topic) {
    long records = 0;
    for (TopicPartition partition : consumer.assignment()) {
      if (partition.topic().equals(topic)) {
        records += consumer.currentLag(partition).orElse(0);
      }
    }
    return records;
  }
}
