package io.sluice.streams.watch;

import io.sluice.schemas.connection.KafkaAccess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;

/** Reads the newest dead letters. Thread-safe; every call reads the topic anew. */
public final class DeadLetters {
  private static final Duration POLL = Duration.ofMillis(200);

  private final KafkaAccess kafka;

  /** Creates a reader. */
  public DeadLetters(KafkaAccess kafka) {
    this.kafka = kafka;
  }

  /**
   * Reads the end of each partition.
   *
   * @param most how many letters are returned at most
   * @throws KafkaException when the topic does not exist or may not be read, or nothing arrives
   *     within the response timeout
   */
  public Newest newest(int most) {
    try (Consumer<byte[], byte[]> consumer =
        kafka.consumer(Serdes.ByteArray(), Serdes.ByteArray())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(kafka.topics().deadLetters()).stream()
              .map(each -> new TopicPartition(each.topic(), each.partition()))
              .toList();
      consumer.assign(partitions);
      Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
      Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(partitions));
      long offsets = 0;
      boolean isComplete = true;
      for (TopicPartition partition : partitions) {
        long begin = Math.max(begins.get(partition), ends.get(partition) - most);
        isComplete &= begin == begins.get(partition);
        offsets += ends.get(partition) - begins.get(partition);
        consumer.seek(partition, begin);
      }
      List<DeadLetter> letters = new ArrayList<>();
      long lastProgress = System.nanoTime();
      while (!ends.isEmpty()) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          letters.add(DeadLetter.of(record));
          lastProgress = System.nanoTime();
        }
        ends.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
        if (System.nanoTime() - lastProgress > kafka.responseTimeout().toNanos()) {
          throw new KafkaException(
              "nothing has arrived from "
                  + kafka.topics().deadLetters()
                  + ": check that the brokers are healthy and that no transaction hangs");
        }
      }
      letters.sort(
          Comparator.comparingLong(DeadLetter::at)
              .thenComparingLong(DeadLetter::offset)
              .reversed());
      boolean isAll = isComplete && letters.size() <= most;
      return new Newest(
          isAll ? letters.size() : offsets,
          isAll,
          List.copyOf(letters.subList(0, Math.min(most, letters.size()))));
    }
  }

  /**
   * The newest dead letters.
   *
   * @param total how many the topic has; if these are not all, the ends of transactions count too
   * @param isAll whether these are all that the topic has
   * @param letters the newest first
   */
  public record Newest(long total, boolean isAll, List<DeadLetter> letters) {}
}
