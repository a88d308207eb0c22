package io.sluice.streams.client;

import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.topic.KeyPartitions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * Reads compacted topics: the last committed value of every key that was not deleted.
 *
 * <p>A call reads each partition up to the end that it has when reading begins, and waits for
 * transactions that are open at that time. The methods that return a map skip records that the
 * services cannot use either ({@link LastValues}).
 */
final class TopicSnapshot {
  private static final Duration POLL = Duration.ofMillis(200);

  private TopicSnapshot() {}

  /**
   * Reads a whole topic.
   *
   * @param values collects the values by key; empty at first
   * @return the values by key
   * @throws KafkaException when the topic does not exist, or nothing arrives within the response
   *     timeout
   */
  static <K, V> Map<K, V> ofTopic(KafkaAccess kafka, String topic, LastValues<K, V> values) {
    try (Consumer<byte[], byte[]> consumer = consumer(kafka)) {
      forEach(kafka, consumer, partitions(consumer, topic), values);
      return values.byKey();
    }
  }

  /**
   * Reads the one partition of a topic that holds everything about an id.
   *
   * @param id the id by which the topic is partitioned, see {@link KeyPartitions}
   * @param values collects the values by key; empty at first
   * @return the values by key, including those of other ids in the same partition
   * @throws KafkaException when the topic does not exist, or nothing arrives within the response
   *     timeout
   */
  static <K, V> Map<K, V> ofPartition(
      KafkaAccess kafka, String topic, String id, LastValues<K, V> values) {
    try (Consumer<byte[], byte[]> consumer = consumer(kafka)) {
      int count = partitions(consumer, topic).size();
      forEach(
          kafka,
          consumer,
          List.of(new TopicPartition(topic, KeyPartitions.partitionFor(id, count))),
          values);
      return values.byKey();
    }
  }

  /**
   * Reads every record of the one partition of a topic that holds everything about an id.
   *
   * @param id the id by which the topic is partitioned, see {@link KeyPartitions}
   * @param visitor receives each record, deletions and those of other ids included
   * @return by the number of that partition, the offset behind the last record read
   * @throws KafkaException when the topic does not exist, or nothing arrives within the response
   *     timeout
   */
  static Map<Integer, Long> forEachRecordOf(
      KafkaAccess kafka,
      String topic,
      String id,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> visitor) {
    try (Consumer<byte[], byte[]> consumer = consumer(kafka)) {
      int count = partitions(consumer, topic).size();
      List<TopicPartition> partition =
          List.of(new TopicPartition(topic, KeyPartitions.partitionFor(id, count)));
      forEach(kafka, consumer, partition, visitor);
      return byPartition(partition, consumer::position);
    }
  }

  /**
   * Reads every record of a text key, from the one partition of a topic that holds them.
   *
   * @param id the id by which the topic is partitioned, see {@link KeyPartitions}
   * @return the values in the order in which they were written
   * @throws KafkaException when the topic does not exist, a record cannot be decoded, or nothing
   *     arrives within the response timeout
   */
  static <V> List<V> recordsOf(
      KafkaAccess kafka, String topic, String id, String key, Serde<V> value) {
    byte[] wanted = key.getBytes(StandardCharsets.UTF_8);
    try (Consumer<byte[], byte[]> consumer = consumer(kafka)) {
      int count = partitions(consumer, topic).size();
      List<V> values = new ArrayList<>();
      forEach(
          kafka,
          consumer,
          List.of(new TopicPartition(topic, KeyPartitions.partitionFor(id, count))),
          record -> {
            if (Arrays.equals(record.key(), wanted)) {
              values.add(value.deserializer().deserialize(record.topic(), record.value()));
            }
          });
      return values;
    }
  }

  /**
   * The last record of a text key, from the one partition of a topic that holds its records if they
   * are partitioned by their key.
   *
   * @param each is called for every record that is read, and may end the reading by throwing
   * @throws KafkaException when the topic does not exist, or nothing arrives within the response
   *     timeout
   */
  static Optional<ConsumerRecord<byte[], byte[]>> lastOf(
      KafkaAccess kafka, String topic, String key, Runnable each) {
    byte[] wanted = key.getBytes(StandardCharsets.UTF_8);
    try (Consumer<byte[], byte[]> consumer = consumer(kafka)) {
      int count = partitions(consumer, topic).size();
      List<ConsumerRecord<byte[], byte[]>> last = new ArrayList<>();
      forEach(
          kafka,
          consumer,
          List.of(new TopicPartition(topic, KeyPartitions.partitionFor(key, count))),
          record -> {
            each.run();
            if (Arrays.equals(record.key(), wanted)) {
              last.clear();
              last.add(record);
            }
          });
      return last.stream().findFirst();
    }
  }

  /**
   * Reads one record of the partition that holds everything about an id.
   *
   * @param id the id by which the topic is partitioned, see {@link KeyPartitions}
   * @return empty when compaction has removed it
   * @throws KafkaException when the topic does not exist, or nothing arrives within the response
   *     timeout
   */
  static Optional<ConsumerRecord<byte[], byte[]>> recordAt(
      KafkaAccess kafka, String topic, String id, long offset) {
    try (Consumer<byte[], byte[]> consumer = consumer(kafka)) {
      int count = partitions(consumer, topic).size();
      TopicPartition partition = new TopicPartition(topic, KeyPartitions.partitionFor(id, count));
      consumer.assign(List.of(partition));
      consumer.seek(partition, offset);
      long begin = System.nanoTime();
      while (consumer.position(partition) <= offset) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          return Optional.of(record).filter(each -> each.offset() == offset);
        }
        if (System.nanoTime() - begin > kafka.responseTimeout().toNanos()) {
          throw nothingArrived(kafka, List.of(partition));
        }
      }
      return Optional.empty();
    }
  }

  /**
   * Reads every record of a topic once, those of a partition in the order of their offsets.
   *
   * @param visitor receives each record, deletions included
   * @return for each partition the offset behind the last record read
   * @throws KafkaException when the topic does not exist, or nothing arrives within the response
   *     timeout
   */
  static SortedMap<Integer, Long> forEachRecord(
      KafkaAccess kafka,
      String topic,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> visitor) {
    try (Consumer<byte[], byte[]> consumer = consumer(kafka)) {
      List<TopicPartition> partitions = partitions(consumer, topic);
      forEach(kafka, consumer, partitions, visitor);
      return byPartition(partitions, consumer::position);
    }
  }

  /**
   * Reads the records of some partitions of a topic from given offsets to the ends.
   *
   * @param begins by partition, the offset of the first record to read; where the log begins later,
   *     it is read from there
   * @param visitor receives each record, deletions included
   * @throws KafkaException when the topic does not exist, or nothing arrives within the response
   *     timeout
   */
  static void forEachRecordFrom(
      KafkaAccess kafka,
      String topic,
      Map<Integer, Long> begins,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> visitor) {
    try (Consumer<byte[], byte[]> consumer = consumer(kafka)) {
      List<TopicPartition> partitions =
          begins.keySet().stream().map(each -> new TopicPartition(topic, each)).toList();
      consumer.assign(partitions);
      consumer
          .beginningOffsets(partitions)
          .forEach(
              (partition, first) ->
                  consumer.seek(partition, Math.max(first, begins.get(partition.partition()))));
      readToEnds(kafka, consumer, partitions, visitor);
    }
  }

  /** The number of partitions of a topic. */
  static int partitionCount(KafkaAccess kafka, String topic) {
    try (Consumer<byte[], byte[]> consumer = consumer(kafka)) {
      return partitions(consumer, topic).size();
    }
  }

  /** For each partition of a topic the offset at which its log ends now. */
  static SortedMap<Integer, Long> ends(KafkaAccess kafka, String topic) {
    try (Consumer<byte[], byte[]> consumer = consumer(kafka)) {
      List<TopicPartition> partitions = partitions(consumer, topic);
      return byPartition(partitions, kafka.ends(partitions)::get);
    }
  }

  private static SortedMap<Integer, Long> byPartition(
      List<TopicPartition> partitions, Function<TopicPartition, Long> offsets) {
    SortedMap<Integer, Long> byPartition = new TreeMap<>();
    partitions.forEach(each -> byPartition.put(each.partition(), offsets.apply(each)));
    return byPartition;
  }

  /**
   * The most records that a topic can hold now: the offsets in use, some of which compaction may
   * have removed.
   */
  static long mostRecords(KafkaAccess kafka, String topic) {
    try (Consumer<byte[], byte[]> consumer = consumer(kafka)) {
      List<TopicPartition> partitions = partitions(consumer, topic);
      Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
      return kafka.ends(partitions).entrySet().stream()
          .mapToLong(end -> end.getValue() - begins.get(end.getKey()))
          .sum();
    }
  }

  private static Consumer<byte[], byte[]> consumer(KafkaAccess kafka) {
    return kafka.consumer(Serdes.ByteArray(), Serdes.ByteArray());
  }

  private static List<TopicPartition> partitions(Consumer<?, ?> consumer, String topic) {
    List<PartitionInfo> found =
        Optional.ofNullable(consumer.partitionsFor(topic)).orElse(List.of());
    if (found.isEmpty()) {
      throw new KafkaException(
          "topic "
              + topic
              + " does not exist: check the topic prefix, and that the topics have been created");
    }
    return found.stream().map(p -> new TopicPartition(p.topic(), p.partition())).toList();
  }

  private static void forEach(
      KafkaAccess kafka,
      Consumer<byte[], byte[]> consumer,
      Collection<TopicPartition> partitions,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> visitor) {
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    readToEnds(kafka, consumer, partitions, visitor);
  }

  private static void readToEnds(
      KafkaAccess kafka,
      Consumer<byte[], byte[]> consumer,
      Collection<TopicPartition> partitions,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> visitor) {
    // The end of the log, not the consumer's end offset, which lies before transactions that are
    // still being completed: what such a transaction wrote elsewhere may be readable already.
    Map<TopicPartition, Long> ends = kafka.ends(partitions);
    long lastProgress = System.nanoTime();
    while (!reached(consumer, ends)) {
      boolean progress = false;
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        progress = true;
        visitor.accept(record);
      }
      if (progress) {
        lastProgress = System.nanoTime();
      } else if (System.nanoTime() - lastProgress > kafka.responseTimeout().toNanos()) {
        throw nothingArrived(kafka, partitions);
      }
    }
  }

  private static KafkaException nothingArrived(
      KafkaAccess kafka, Collection<TopicPartition> partitions) {
    return new KafkaException(
        String.format(
            "nothing has arrived from %s for %d s: check that the brokers are healthy and that no"
                + " transaction hangs; to wait longer, raise response.timeout.ms",
            partitions, kafka.responseTimeout().toSeconds()));
  }

  private static boolean reached(Consumer<?, ?> consumer, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
  }
}
