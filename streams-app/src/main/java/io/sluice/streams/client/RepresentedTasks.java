package io.sluice.streams.client;

import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.serde.RecordKeys;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Says by what the queries of tasks are represented. Thread-safe. */
public final class RepresentedTasks {
  private final KafkaAccess kafka;

  /** Creates a client; every call reads the topics anew. */
  public RepresentedTasks(KafkaAccess kafka) {
    this.kafka = kafka;
  }

  /**
   * The fingerprint of the queries of each task, in its present revision, by task id. Tasks of
   * which no query is represented yet are missing.
   *
   * @param representationId the representation of the tasks that are wanted
   */
  public SortedMap<String, String> fingerprints(String representationId) {
    Map<String, TargetTask> tasks = new TargetTasks(kafka).all();
    SortedMap<String, String> fingerprints = new TreeMap<>();
    TopicSnapshot.ofTopic(
            kafka,
            kafka.topics().queryRepresentations(),
            new LastValues<>(
                RecordKeys.required(kafka.serdes().key(QueryRepresentationKey.class)),
                kafka.serdes().value(QueryRepresentation.class),
                (QueryRepresentationKey key, QueryRepresentation query) ->
                    query.getRepresentationId().equals(representationId)
                        && isPresent(tasks, query)))
        .values()
        .forEach(query -> fingerprints.put(query.getTaskId(), query.getFingerprint()));
    return fingerprints;
  }

  private static boolean isPresent(Map<String, TargetTask> tasks, QueryRepresentation query) {
    return Optional.ofNullable(tasks.get(query.getTaskId()))
        .filter(task -> task.getRevision() == query.getRevision())
        .isPresent();
  }
}
