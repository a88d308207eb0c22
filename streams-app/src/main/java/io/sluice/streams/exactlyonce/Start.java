package io.sluice.streams.exactlyonce;

import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;

/**
 * The step right after a source: passes each record on as it is, and sees to it, when its task is
 * set up, that the first of them is the one at the committed offset.
 *
 * @param <K> type of the keys
 * @param <V> type of the values
 */
public final class Start<K, V> implements ProcessorSupplier<K, V, K, V> {
  private final Function<String, String> topic;
  private final StartOffsets offsets;

  private Start(Function<String, String> topic, StartOffsets offsets) {
    this.topic = topic;
    this.offsets = offsets;
  }

  /** The step after the source that reads a topic. */
  public static <K, V> Start<K, V> of(String topic, StartOffsets offsets) {
    return new Start<>(applicationId -> topic, offsets);
  }

  /**
   * The step after a repartition topic.
   *
   * @param name as given to {@link org.apache.kafka.streams.kstream.Repartitioned#withName}
   */
  public static <K, V> Start<K, V> ofRepartition(String name, StartOffsets offsets) {
    return new Start<>(applicationId -> applicationId + "-" + name + "-repartition", offsets);
  }

  @Override
  public Processor<K, V, K, V> get() {
    return new ContextualProcessor<>() {
      @Override
      public void init(ProcessorContext<K, V> context) {
        super.init(context);
        offsets.begin(
            new TopicPartition(topic.apply(context.applicationId()), context.taskId().partition()));
      }

      @Override
      public void process(Record<K, V> record) {
        context().forward(record);
      }
    };
  }
}
