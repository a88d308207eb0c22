package io.sluice.streams.select;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * The partitions that this instance works on, with all of their state in place.
 *
 * <p>Kafka Streams lets a store be queried that is still being restored, after a transaction that
 * was lost for one: it would pass for an empty one. A processor is at work from the end of its
 * restoration to the moment before its stores are closed or wiped. Used by any thread.
 */
public final class OpenPartitions {
  private final AtomicLong openings = new AtomicLong();
  private final Map<Integer, Long> open = new ConcurrentHashMap<>();

  /** No partition is open until its processor has been initialized. */
  public OpenPartitions() {}

  /** The partitions that are open now. */
  Set<Integer> all() {
    return Set.copyOf(open.keySet());
  }

  /** Which opening of a partition lasts now; empty when it is not open. */
  Optional<Long> opening(int partition) {
    return Optional.ofNullable(open.get(partition));
  }

  /** The same processor, whose partition is open while it is at work. */
  <K, V, A, B> Processor<K, V, A, B> watch(Processor<K, V, A, B> processor) {
    return new Watched<>(processor);
  }

  private final class Watched<K, V, A, B> implements Processor<K, V, A, B> {
    private final Processor<K, V, A, B> processor;
    private int partition;
    private long opening;

    private Watched(Processor<K, V, A, B> processor) {
      this.processor = processor;
    }

    @Override
    public void init(ProcessorContext<A, B> context) {
      processor.init(context);
      partition = context.taskId().partition();
      opening = openings.incrementAndGet();
      open.put(partition, opening);
    }

    @Override
    public void process(Record<K, V> record) {
      processor.process(record);
    }

    @Override
    public void close() {
      // Another thread of this instance may have opened it since.
      open.remove(partition, opening);
      processor.close();
    }
  }
}
