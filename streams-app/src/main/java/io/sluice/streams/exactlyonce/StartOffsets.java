package io.sluice.streams.exactlyonce;

import org.apache.kafka.common.TopicPartition;

/** Makes tasks of Kafka Streams begin at the offsets that are committed. */
public interface StartOffsets {
  /**
   * Leaves it to Kafka Streams where a task begins: for Kafka's test driver, which has no
   * consumers, and for the group protocol {@code streams}, whose consumers cannot be reached.
   */
  StartOffsets UNCHECKED = partition -> {};

  /**
   * Sets the consumer of this thread back to the committed offset of a partition if it is anywhere
   * else, or to the partition's beginning if nothing is committed. Must be called on the stream
   * thread that owns the partition, while its task is being initialized, when no record of the
   * partition is in the task.
   *
   * @throws org.apache.kafka.common.errors.TimeoutException when the brokers do not answer within
   *     default.api.timeout.ms; the thread must be replaced then
   */
  void begin(TopicPartition partition);
}
