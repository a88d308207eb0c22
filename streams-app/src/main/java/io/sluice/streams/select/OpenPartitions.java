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
 * The partitions of tasks whose state is complete on this instance.
 *
 * <p>Kafka Streams lets callers query a store that is still being restored, for instance after a
 * lost transaction, and such a store looks empty. A partition is therefore open only from the
 * initialization of its processor, which follows the restoration, until just before the processor
 * is closed. Thread-safe.
 */
public final class OpenPartitions {
  private final AtomicLong openings = new AtomicLong();
  private final Map<Integer, Long> open = new ConcurrentHashMap<>();

  /** Creates the set without open partitions; each opens when its processor is initialized. */
  public OpenPartitions() {}

  /** A copy of the set of open partitions. */
  Set<Integer> all() {
    return Set.copyOf(open.keySet());
  }

  /**
   * The number of the current opening of a partition, which changes each time that it opens; empty
   * when it is not open.
   */
  Optional<Long> opening(int partition) {
    return Optional.ofNullable(open.get(partition));
  }

  /** Wraps a processor so that its partition is open from its initialization until it is closed. */
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
      // Does nothing if another thread of this instance has opened the partition since.
      open.remove(partition, opening);
      processor.close();
    }
  }
}
