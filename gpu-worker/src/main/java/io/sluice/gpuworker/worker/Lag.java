package io.sluice.gpuworker.worker;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Measures by how many records the worker is behind the ends of its partitions: records that are
 * not fetched yet, records that wait in the queues, and those of the current batch. It measures at
 * most once per second, on the worker's Kafka thread.
 */
final class Lag {
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

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
    this.last = nanoTime.getAsLong() - INTERVAL_NANOS;
  }

  /**
   * Measures, if the last measurement is a second old. Call it in each turn of the worker.
   *
   * @param queues the records that wait
   * @param current the batch that is being computed
   */
  void measure(List<TopicQueue> queues, Optional<TopicQueue.Batch> current) {
    long now = nanoTime.getAsLong();
    if (now - last < INTERVAL_NANOS) {
      return;
    }
    last = now;
    for (TopicQueue queue : queues) {
      long computed =
          current
              .filter(batch -> batch.stage() == queue.stage())
              .map(batch -> batch.records().size())
              .orElse(0);
      metrics.setLag(queue.topic(), notFetched(queue.topic()) + queue.size() + computed);
    }
  }

  /** Partitions whose end is not known yet count as 0. */
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
