package io.sluice.streams.config;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * Takes the timestamp of a record as it is, if it lies between 1970 and now. Any other becomes the
 * current time: Kafka Streams refuses records before 1970 (a producer that sets no time sends -1),
 * and a broker refuses records from the future, which Kafka Streams would send to its own topics
 * with the timestamp of the input. Nothing in Sluice depends on timestamps, so that a record with
 * an unusable one is as good as any other.
 *
 * <p>Created by Kafka Streams, by class name; safe for use by several threads.
 */
public final class PastTimestamp implements TimestampExtractor {
  /** Creates the extractor, as Kafka Streams does. */
  public PastTimestamp() {}

  @Override
  public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
    long now = System.currentTimeMillis();
    return record.timestamp() >= 0 && record.timestamp() <= now ? record.timestamp() : now;
  }
}
