package io.sluice.local.endtoend;

import io.sluice.local.kafka.TestKafka;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.Query;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.SelectedKey;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.encoding.FeatureCodec;
import io.sluice.schemas.message.Candidates;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.KeyPartitions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.common.serialization.Serdes;

/**
 * Stands in for a worker: publishes tasks and candidates that are represented by random vectors.
 */
final class SyntheticStream implements AutoCloseable {
  /** Of all that is represented here. */
  static final String FINGERPRINT = "random";

  private static final int DIMENSION = 32;
  private static final String REPRESENTATION = "default";

  private final Random random = new Random(11);
  private final TestKafka kafka;
  private final int shards;
  private final AvroSerdes avro;
  private final TopicClient topics;
  private int arrived;

  /**
   * Creates a stream into the topics of a test.
   *
   * @param shards number of partitions of the topic of representations
   */
  SyntheticStream(TestKafka kafka, int shards) {
    this.kafka = kafka;
    this.shards = shards;
    this.avro = AvroSerdes.forRegistry(kafka.schemaRegistry());
    this.topics = new TopicClient(kafka.bootstrapServers());
  }

  /** Publishes a task with the queries q0, q1, ... and their representations. */
  TargetTask define(String id, int revision, int size, List<Integer> budgets) {
    List<Query> queries = new ArrayList<>();
    for (int q = 0; q < size; q++) {
      queries.add(
          Queries.of(
              "q" + q, List.of(Messages.of("user", "u"), Messages.of("assistant", "a" + q))));
    }
    TargetTask task =
        TargetTask.newBuilder()
            .setTaskId(id)
            .setRevision(revision)
            .setBudgets(budgets)
            .setQueries(queries)
            .build();
    topics.write(
        kafka.topics().targetTasks(),
        Serdes.String(),
        avro.<TargetTask>value(),
        id,
        task,
        Optional.empty());
    represent(task);
    return task;
  }

  /** Publishes representations of the queries of a task. */
  void represent(TargetTask task) {
    for (int q = 0; q < task.getQueries().size(); q++) {
      QueryRepresentation query =
          new QueryRepresentation(
              task.getTaskId(),
              task.getRevision(),
              q,
              REPRESENTATION,
              FINGERPRINT,
              DIMENSION,
              List.of(1f),
              FeatureCodec.encode(
                  FeatureEncoding.FLOAT32, new float[][] {UnitVectors.random(random, DIMENSION)}),
              "reference",
              "");
      topics.write(
          kafka.topics().queryRepresentations(),
          avro.<QueryRepresentationKey>key(),
          avro.<QueryRepresentation>value(),
          new QueryRepresentationKey(task.getTaskId(), task.getRevision(), q),
          query,
          Optional.empty());
    }
    topics.flush();
  }

  /** Publishes representations of this number of further candidates: c0, c1, ... */
  void arrive(int count) {
    for (int i = 0; i < count; i++, arrived++) {
      String id = "c" + arrived;
      Representation representation =
          Representation.newBuilder()
              .setRepresentationId(REPRESENTATION)
              .setFingerprint(FINGERPRINT)
              .setEncoding(FeatureEncoding.INT4)
              .setDimension(DIMENSION)
              .setCheckpoints(1)
              .setFeatures(
                  FeatureCodec.encode(
                      FeatureEncoding.INT4, new float[][] {UnitVectors.random(random, DIMENSION)}))
              .setTokens(9)
              .setCandidate(
                  Candidates.of(
                      id, "test", List.of(Messages.of("user", "u"), Messages.of("assistant", id))))
              .build();
      topics.write(
          kafka.topics().representations(),
          avro.<RepresentationKey>key(),
          avro.<Representation>value(),
          new RepresentationKey(REPRESENTATION, id),
          representation,
          Optional.of(KeyPartitions.partitionFor(id, shards)));
    }
    topics.flush();
  }

  /** Publishes any record. */
  void write(String topic, String key, byte[] value) {
    topics.write(topic, Serdes.String(), Serdes.ByteArray(), key, value, Optional.empty());
    topics.flush();
  }

  /** Waits until all candidates are scored for this revision of a task. */
  void awaitScored(TargetTask task) {
    topics.await(
        kafka.topics().taskStatus(),
        avro.<TaskStatus>value(),
        status ->
            status.getTaskId().equals(task.getTaskId())
                && status.getRevision() == task.getRevision()
                && status.getPool() == arrived
                && status.getWaiting() == 0);
  }

  /** Returns the subset of a task that topic selected holds, committed records only. */
  Collection<SelectedInstruction> selected(TargetTask task) {
    Map<String, SelectedInstruction> held = new LinkedHashMap<>();
    topics
        .readAll(
            kafka.topics().selected(), avro.<SelectedKey>key(), avro.<SelectedInstruction>value())
        .stream()
        .filter(entry -> entry.getKey().getTaskId().equals(task.getTaskId()))
        .forEach(
            entry ->
                entry
                    .getValue()
                    .ifPresentOrElse(
                        value -> held.put(entry.getKey().getCandidateId(), value),
                        () -> held.remove(entry.getKey().getCandidateId())));
    return held.values();
  }

  /** Returns the candidates in the topic of candidates that were not retracted, by id. */
  Map<String, Candidate> candidates() {
    Map<String, Candidate> found = new LinkedHashMap<>();
    topics
        .readAll(kafka.topics().candidates(), Serdes.String(), avro.<Candidate>value())
        .forEach(
            entry ->
                entry
                    .getValue()
                    .ifPresentOrElse(
                        value -> found.put(entry.getKey(), value),
                        () -> found.remove(entry.getKey())));
    return found;
  }

  @Override
  public void close() {
    topics.close();
  }
}
