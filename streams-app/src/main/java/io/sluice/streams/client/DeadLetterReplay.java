package io.sluice.streams.client;

import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.topic.Topics;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.Serdes;

/**
 * Sends the originals of dead letters to their topics again: after a service has been repaired, or
 * upgraded to a version that can use them.
 *
 * <p>In the topics that can be replayed, the last record of a key counts. An original is therefore
 * left out if a later record of its key is in its partition: it would undo a correction. For the
 * same reason nothing is sent twice, however often a replay is repeated or interrupted: what was
 * sent is itself a later record of the key.
 *
 * <p>Not thread-safe.
 */
public final class DeadLetterReplay {
  private static final String OVERTAKEN = "a later record of the same key is in the topic";
  private static final String REPEATED = "another letter is about the same record";
  private static final String NO_PARTITION = "the partition of the record does not exist";
  private static final String BEYOND_LIMIT = "the limit is reached";

  private final KafkaAccess kafka;
  private final PoolProgress progress;
  private final StoredLetters letters;

  /** Creates a replay. */
  public DeadLetterReplay(KafkaAccess kafka, PoolProgress progress) {
    this.kafka = kafka;
    this.progress = progress;
    this.letters = new StoredLetters(kafka, progress);
  }

  /**
   * The topics to which originals are sent again: those that a service reads, in which the last
   * record of a key counts, and whose records mean something alone.
   */
  public static List<String> topics(Topics topics) {
    return List.of(
        topics.candidates(),
        topics.targetTasks(),
        topics.representations(),
        topics.queryRepresentations(),
        topics.fineTuneJobs());
  }

  /**
   * Finds out what to send, and sends nothing.
   *
   * @param limit how many originals are sent at most; those of the first letters are taken
   * @throws KafkaException when a topic cannot be read
   */
  public ReplayPlan plan(DeadLetterFilter filter, long limit) {
    SortedMap<String, Long> leftOut = new TreeMap<>();
    Map<String, Map<Integer, Map<ByteBuffer, Original>>> found = find(filter, leftOut);
    List<Chosen> chosen = new ArrayList<>();
    found.forEach(
        (topic, partitions) -> {
          dropOvertaken(topic, partitions, leftOut);
          partitions
              .values()
              .forEach(
                  byKey -> byKey.values().forEach(each -> chosen.add(new Chosen(topic, each.id))));
        });
    chosen.sort(Comparator.comparing(Chosen::id));
    Set<DeadLetterId> ids = new HashSet<>();
    SortedMap<String, Long> topics = new TreeMap<>();
    for (Chosen each : chosen) {
      if (ids.size() < limit) {
        ids.add(each.id);
        topics.merge(each.topic, 1L, Long::sum);
      } else {
        count(leftOut, BEYOND_LIMIT);
      }
    }
    return new ReplayPlan(
        Collections.unmodifiableSet(ids),
        Collections.unmodifiableSortedMap(topics),
        Collections.unmodifiableSortedMap(leftOut));
  }

  /** By topic, partition and key, the letter of the last record that became one. */
  private Map<String, Map<Integer, Map<ByteBuffer, Original>>> find(
      DeadLetterFilter filter, SortedMap<String, Long> leftOut) {
    Map<String, Map<Integer, Map<ByteBuffer, Original>>> found = new TreeMap<>();
    letters.forEach(
        filter,
        letter ->
            letter
                .obstacle(kafka.topics())
                .ifPresentOrElse(
                    why -> count(leftOut, why),
                    () ->
                        found
                            .computeIfAbsent(letter.shown().topic(), topic -> new TreeMap<>())
                            .computeIfAbsent(
                                letter.shown().sourcePartition(), partition -> new HashMap<>())
                            .merge(
                                ByteBuffer.wrap(letter.stored().key()),
                                new Original(letter.shown().sourceOffset(), letter.id()),
                                (first, second) -> later(first, second, leftOut))));
    return found;
  }

  private static Original later(Original first, Original second, SortedMap<String, Long> leftOut) {
    count(leftOut, first.offset == second.offset ? REPEATED : OVERTAKEN);
    return second.offset > first.offset ? second : first;
  }

  private void dropOvertaken(
      String topic,
      Map<Integer, Map<ByteBuffer, Original>> partitions,
      SortedMap<String, Long> leftOut) {
    int count = TopicSnapshot.partitionCount(kafka, topic);
    partitions
        .entrySet()
        .removeIf(
            each -> {
              boolean isUnknown = each.getKey() >= count;
              if (isUnknown) {
                leftOut.merge(NO_PARTITION, (long) each.getValue().size(), Long::sum);
              }
              return isUnknown;
            });
    if (partitions.isEmpty()) {
      return;
    }
    Map<Integer, Long> begins = new HashMap<>();
    partitions.forEach(
        (partition, byKey) ->
            begins.put(
                partition,
                1 + byKey.values().stream().mapToLong(Original::offset).min().orElseThrow()));
    try (PoolProgress.Stage stage = progress.begin("Later records of " + topic, -1)) {
      TopicSnapshot.forEachRecordFrom(
          kafka,
          topic,
          begins,
          record -> {
            stage.add(1);
            Map<ByteBuffer, Original> byKey = partitions.get(record.partition());
            if (record.key() != null) {
              ByteBuffer key = ByteBuffer.wrap(record.key());
              Original original = byKey.get(key);
              if (original != null && original.offset < record.offset()) {
                byKey.remove(key);
                count(leftOut, OVERTAKEN);
              }
            }
          });
    }
  }

  private static void count(SortedMap<String, Long> counts, String what) {
    counts.merge(what, 1L, Long::sum);
  }

  /**
   * Sends the originals of a plan, and waits until all are acknowledged.
   *
   * @param acknowledged is called with the topic of each original that Kafka has acknowledged, in
   *     another thread
   * @throws KafkaException when Kafka refuses one, or does not respond; what was not acknowledged
   *     may have been written all the same, which another plan takes into account
   */
  public void send(ReplayPlan plan, Consumer<String> acknowledged) {
    AtomicReference<Exception> failure = new AtomicReference<>();
    try (PoolProgress.Stage stage = progress.begin("Sent", plan.letters().size());
        Producer<byte[], byte[]> producer =
            kafka.producer(Serdes.ByteArray(), Serdes.ByteArray(), Map.of())) {
      letters.forEach(
          DeadLetterFilter.ALL,
          letter -> {
            requireNone(failure);
            if (plan.letters().contains(letter.id())) {
              producer.send(
                  letter.original(),
                  (metadata, refused) -> {
                    if (refused == null) {
                      stage.add(1);
                      acknowledged.accept(letter.shown().topic());
                    } else {
                      failure.compareAndSet(null, refused);
                    }
                  });
            }
          });
      producer.flush();
      requireNone(failure);
    }
  }

  private static void requireNone(AtomicReference<Exception> failure) {
    if (failure.get() != null) {
      throw new KafkaException(
          "a record was not written: " + failure.get().getMessage(), failure.get());
    }
  }

  /** A record that became a letter. */
  private record Original(long offset, DeadLetterId id) {}

  private record Chosen(String topic, DeadLetterId id) {}
}
