package io.sluice.gpuworker.worker;

import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.topic.KeyPartitions;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Reads the task's partition of the query representations from its start to its end.
 *
 * <p>So the worker needs no state of its own to know what it, or another worker before it, has
 * published. It costs one pass over one partition each time that a task changes, which is seldom.
 */
final class QueryTopicScan implements PublishedQueries {
  private static final Duration POLL = Duration.ofMillis(500);

  private final String topic;
  private final int partitions;
  private final Deserializer<?> keys;
  private final Supplier<Consumer<byte[], byte[]>> consumers;

  /**
   * A scan of a topic.
   *
   * @param partitions the topic's partition count
   * @param consumers makes a consumer that is in no group; the scan closes it
   */
  QueryTopicScan(
      String topic,
      int partitions,
      Deserializer<?> keys,
      Supplier<Consumer<byte[], byte[]>> consumers) {
    this.topic = topic;
    this.partitions = partitions;
    this.keys = keys;
    this.consumers = consumers;
  }

  @Override
  public List<QueryRepresentationKey> of(String taskId) {
    try (Consumer<byte[], byte[]> consumer = consumers.get()) {
      return scan(consumer, taskId);
    } catch (KafkaException e) {
      throw new WorkerFailure(
          "the queries published for task "
              + taskId
              + " cannot be read from "
              + topic
              + " ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  private List<QueryRepresentationKey> scan(Consumer<byte[], byte[]> consumer, String taskId) {
    TopicPartition partition =
        new TopicPartition(topic, KeyPartitions.partitionFor(taskId, partitions));
    Set<QueryRepresentationKey> published = new LinkedHashSet<>();
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
    long end = consumer.endOffsets(List.of(partition)).get(partition);
    while (consumer.position(partition) < end) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        Optional<QueryRepresentationKey> key =
            read(record).filter(each -> each.getTaskId().equals(taskId));
        if (record.value() == null) {
          key.ifPresent(published::remove);
        } else {
          key.ifPresent(published::add);
        }
      }
    }
    return List.copyOf(published);
  }

  /** A key that cannot be read is not of the workers' making, and nobody's to retract. */
  private Optional<QueryRepresentationKey> read(ConsumerRecord<byte[], byte[]> record) {
    try {
      return keys.deserialize(topic, record.key()) instanceof QueryRepresentationKey key
          ? Optional.of(key)
          : Optional.empty();
    } catch (SerializationException e) {
      return Optional.empty();
    }
  }
}
