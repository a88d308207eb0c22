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
import java.util.function.Function;
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
    List<QueryRepresentation> queries = queries(task);
    PoolScoring scoring =
        new PoolScoring(task, queries, topic, kafka.serdes(), kafka.recordLimit());
    try (PoolProgress.Stage stage =
        progress.begin("Scores", TopicSnapshot.mostRecords(kafka, topic))) {
      SortedMap<Integer, Long> offsets =
          TopicSnapshot.forEachRecord(
              kafka,
              topic,
              record -> {
                scoring.accept(record);
                stage.add(1);
              });
      return new Read(scoring.complete(), queries.get(0).getFingerprint(), offsets);
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
    try (PoolProgress.Stage stage = progress.begin(name, TopicSnapshot.mostRecords(kafka, topic))) {
      TopicSnapshot.forEachRecord(
          kafka,
          topic,
          record -> {
            ScoredPool.Member member = wanted.get(new Place(record.partition(), record.offset()));
            if (member != null) {
              found.put(member, what.apply(representations.deserialize(topic, record.value())));
            }
            stage.add(1);
          });
    }
    return found;
  }

  private record Place(int partition, long offset) {}
}
