package io.sluice.gpuworker.trainer;

import io.sluice.gpuworker.service.ServiceFailure;
import io.sluice.schemas.FineTuneJob;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Knows which records of jobs have a newer one behind them, as far as the partitions have been
 * read.
 *
 * <p>A job is published again with every retraction, and each record of an open job needs a watch
 * that reads its partition up to the end. A trainer that finds many of them would hardly get on.
 * The first watch reads what the others would, so that they are not needed.
 *
 * <p>Used by the trainer's Kafka thread alone.
 */
final class NewestRecords {
  private final RecordValues<FineTuneJob> values;
  private final Map<TopicPartition, Map<String, Long>> offsets = new HashMap<>();

  NewestRecords(RecordValues<FineTuneJob> values) {
    this.values = values;
  }

  /** Notes a record. One that holds no job, or that of another key, does not count. */
  void see(ConsumerRecord<byte[], byte[]> record) {
    if (isJob(record)) {
      offsets
          .computeIfAbsent(partition(record), unused -> new HashMap<>())
          .merge(id(record), record.offset(), Math::max);
    }
  }

  private boolean isJob(ConsumerRecord<byte[], byte[]> record) {
    if (record.key() == null || record.value() == null) {
      return false;
    }
    try {
      FineTuneJob job = values.decode(record.topic(), record.value());
      return Arrays.equals(record.key(), job.getJobId().getBytes(StandardCharsets.UTF_8));
    } catch (SerializationException | ServiceFailure e) {
      return false;
    }
  }

  /** Whether a newer record of the same job has been seen; a record without one is forgotten. */
  boolean isSuperseded(ConsumerRecord<byte[], byte[]> record) {
    Map<String, Long> newest = offsets.getOrDefault(partition(record), Map.of());
    if (record.key() == null || !newest.containsKey(id(record))) {
      return false;
    }
    if (newest.get(id(record)) > record.offset()) {
      return true;
    }
    newest.remove(id(record));
    return false;
  }

  /** Forgets partitions that belong to another trainer now. */
  void forget(Collection<TopicPartition> partitions) {
    offsets.keySet().removeAll(partitions);
  }

  private static TopicPartition partition(ConsumerRecord<?, ?> record) {
    return new TopicPartition(record.topic(), record.partition());
  }

  private static String id(ConsumerRecord<byte[], ?> record) {
    return new String(record.key(), StandardCharsets.UTF_8);
  }
}
