package io.sluice.local.crash;

import io.sluice.local.endtoend.TopicClient;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.encoding.FeatureCodec;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.Topics;
import io.sluice.streams.similarity.QueryMatrix;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serdes;

/**
 * The inputs of the streams-app, as read from the topics: the last record of each key.
 *
 * @param candidates representations that can be read and are not retracted
 * @param unreadable positions of the records that cannot be read
 * @param tasks the latest revision of each task that is not removed, by task id
 * @param firstOfLife for each of these tasks, the first revision since it was last created
 * @param queries representations of queries
 */
public record Inputs(
    Map<RepresentationKey, Representation> candidates,
    Set<Place> unreadable,
    Map<String, TargetTask> tasks,
    Map<String, Integer> firstOfLife,
    Map<QueryRepresentationKey, QueryRepresentation> queries) {

  /** The position of a record. */
  public record Place(TopicPartition partition, long offset) {
    /** The position of a record that was read. */
    public static Place of(ConsumerRecord<?, ?> record) {
      return new Place(new TopicPartition(record.topic(), record.partition()), record.offset());
    }
  }

  /** Reads the topics to their ends. */
  public static Inputs read(TopicClient kafka, Topics topics, AvroSerdes avro) {
    Map<RepresentationKey, Representation> candidates = new TreeMap<>();
    Set<Place> unreadable = new HashSet<>();
    Deserializer<RepresentationKey> keys = avro.<RepresentationKey>key().deserializer();
    Deserializer<Representation> values = avro.<Representation>value().deserializer();
    for (ConsumerRecord<byte[], byte[]> record : kafka.readAll(topics.representations())) {
      RepresentationKey key = keys.deserialize(record.topic(), record.key());
      candidates.remove(key);
      try {
        Optional.ofNullable(values.deserialize(record.topic(), record.value()))
            .ifPresent(representation -> candidates.put(key, representation));
      } catch (SerializationException e) {
        unreadable.add(Place.of(record));
      }
    }
    Map<String, TargetTask> tasks = new TreeMap<>();
    Map<String, Integer> firstOfLife = new TreeMap<>();
    kafka
        .readAll(topics.targetTasks(), Serdes.String(), avro.<TargetTask>value())
        .forEach(
            entry ->
                entry
                    .getValue()
                    .ifPresentOrElse(
                        task -> {
                          tasks.put(task.getTaskId(), task);
                          firstOfLife.putIfAbsent(task.getTaskId(), task.getRevision());
                        },
                        () -> {
                          tasks.remove(entry.getKey());
                          firstOfLife.remove(entry.getKey());
                        }));
    Map<QueryRepresentationKey, QueryRepresentation> queries = new TreeMap<>();
    kafka
        .readAll(
            topics.queryRepresentations(),
            avro.<QueryRepresentationKey>key(),
            avro.<QueryRepresentation>value())
        .forEach(
            entry ->
                entry
                    .getValue()
                    .ifPresentOrElse(
                        query -> queries.put(entry.getKey(), query),
                        () -> queries.remove(entry.getKey())));
    return new Inputs(candidates, unreadable, tasks, firstOfLife, queries);
  }

  /** Returns the scores of every candidate for each query of a task, by candidate id. */
  public Map<String, float[]> scoreRows(TargetTask task) {
    QueryMatrix matrix = queryMatrix(task);
    Map<String, float[]> rows = new TreeMap<>();
    candidates.forEach(
        (key, representation) -> {
          if (key.getRepresentationId().equals(task.getRepresentationId())) {
            rows.put(
                key.getCandidateId(),
                matrix.score(representation.getEncoding(), representation.getFeatures()));
          }
        });
    return rows;
  }

  /** Returns the representation of a candidate, or empty when there is none. */
  Optional<Representation> candidate(String representationId, String candidateId) {
    return Optional.ofNullable(
        candidates.get(new RepresentationKey(representationId, candidateId)));
  }

  private QueryMatrix queryMatrix(TargetTask task) {
    int size = task.getQueries().size();
    float[][][] vectors = new float[size][][];
    float[] weights = new float[0];
    for (int q = 0; q < size; q++) {
      QueryRepresentation query =
          queries.get(new QueryRepresentationKey(task.getTaskId(), task.getRevision(), q));
      weights = new float[query.getCheckpointWeights().size()];
      vectors[q] = new float[weights.length][query.getDimension()];
      for (int c = 0; c < weights.length; c++) {
        weights[c] = query.getCheckpointWeights().get(c);
        FeatureCodec.decodeRow(FeatureEncoding.FLOAT32, query.getFeatures(), c, vectors[q][c]);
      }
    }
    return new QueryMatrix(vectors, weights);
  }
}
