package io.sluice.streams.client;

import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.Representation;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.serde.RecordKeys;
import io.sluice.streams.nominate.PoolScoring;
import io.sluice.streams.nominate.ScoredPool;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Scores the whole pool of a task from the topics alone, and reads records of its members again.
 * Vectors are not kept. Not thread-safe.
 */
final class RepresentedPools {
  private final KafkaAccess kafka;
  private final PoolProgress progress;
  private final String topic;
  private final Deserializer<Representation> representations;

  /**
   * Creates a client; every call reads the topics anew.
   *
   * @param progress shows how far each reading has come
   */
  RepresentedPools(KafkaAccess kafka, PoolProgress progress) {
    this.kafka = kafka;
    this.progress = progress;
    this.topic = kafka.topics().representations();
    this.representations = kafka.serdes().value(Representation.class).deserializer();
  }

  /**
   * A pool that was read.
   *
   * @param fingerprint fingerprint of the task's query representations
   * @param offsets for each partition of the representations topic the offset before which all was
   *     read
   */
  record Read(ScoredPool pool, String fingerprint, SortedMap<Integer, Long> offsets) {}

  /**
   * The present revision of a task.
   *
   * @throws IllegalArgumentException when there is no such task
   */
  TargetTask task(String taskId) {
    return new TargetTasks(kafka)
        .find(taskId)
        .orElseThrow(() -> new IllegalArgumentException("there is no task '" + taskId + "'"));
  }

  /**
   * Scores the pool of a task as it is now.
   *
   * @throws IllegalArgumentException when the task's queries are not represented yet
   */
  Read score(TargetTask task) {
    PoolScoring scoring = scoring(task);
    SortedMap<Integer, Long> offsets = forEachRecord("Scores", scoring::accept);
    return new Read(scoring.complete(), scoring.fingerprint(), offsets);
  }

  /**
   * An empty pool of a task, with its queries.
   *
   * @throws IllegalArgumentException when the task's queries are not represented yet
   */
  PoolScoring scoring(TargetTask task) {
    return new PoolScoring(task, queries(task), topic, kafka.serdes(), kafka.recordLimit());
  }

  /**
   * Reads every representation.
   *
   * @param name what is read, for people
   * @return for each partition the offset behind the last record read
   */
  SortedMap<Integer, Long> forEachRecord(
      String name, Consumer<ConsumerRecord<byte[], byte[]>> visitor) {
    try (PoolProgress.Stage stage = progress.begin(name, TopicSnapshot.mostRecords(kafka, topic))) {
      return TopicSnapshot.forEachRecord(
          kafka,
          topic,
          record -> {
            visitor.accept(record);
            stage.add(1);
          });
    }
  }

  private List<QueryRepresentation> queries(TargetTask task) {
    return List.copyOf(
        TopicSnapshot.ofTopic(
                kafka,
                kafka.topics().queryRepresentations(),
                new LastValues<>(
                    RecordKeys.required(kafka.serdes().key(QueryRepresentationKey.class)),
                    kafka.serdes().value(QueryRepresentation.class),
                    (key, query) -> PoolScoring.isOf(task, key, query)))
            .values());
  }

  /**
   * Reads something from the latest records of some members of a pool.
   *
   * @param name what is read, for people
   * @return by member; without those whose record exists no longer
   */
  <T> Map<ScoredPool.Member, T> find(
      String name, Collection<ScoredPool.Member> members, Function<Representation, T> what) {
    Map<Place, ScoredPool.Member> wanted = new HashMap<>();
    members.forEach(member -> wanted.put(new Place(member.partition(), member.offset()), member));
    Map<ScoredPool.Member, T> found = new HashMap<>();
    forEachRecord(
        name,
        record -> {
          ScoredPool.Member member = wanted.get(new Place(record.partition(), record.offset()));
          if (member != null) {
            found.put(member, what.apply(representations.deserialize(topic, record.value())));
          }
        });
    return found;
  }

  private record Place(int partition, long offset) {}
}
