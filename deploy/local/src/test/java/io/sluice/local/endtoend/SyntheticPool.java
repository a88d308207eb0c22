package io.sluice.local.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.kafka.TestKafka;
import io.sluice.local.stack.TopicSetup;
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
import io.sluice.schemas.arm.Companions;
import io.sluice.schemas.encoding.FeatureCodec;
import io.sluice.schemas.message.Candidates;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.KeyPartitions;
import io.sluice.streams.config.StreamsAppConfig;
import io.sluice.streams.similarity.QueryMatrix;
import io.sluice.streams.testing.BatchSelection;
import io.sluice.streams.topology.SelectionService;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * Synthetic representations and tasks on a real broker with four shards, the streams-app that
 * selects from them, and the batch selection of what is left of them.
 */
final class SyntheticPool {
  static final int DIMENSION = 32;
  static final int SHARDS = 4;
  static final int BUDGET = 30;

  private final Random random = new Random(7);
  private final Map<String, Representation> pool = new TreeMap<>();
  private final Map<String, QueryMatrix> queries = new HashMap<>();
  private final TestKafka kafka;
  private final AvroSerdes avro;
  private final TopicClient topics;
  private final Path directory;

  /** A representation beside the default one that candidates and queries have; empty for none. */
  private final Optional<String> further;

  private int numbered;
  private int written;

  /**
   * Creates the topics.
   *
   * @param directory for the state of the streams-app
   */
  SyntheticPool(TestKafka kafka, Path directory) throws InterruptedException {
    this(kafka, directory, Optional.empty());
  }

  /**
   * Creates the topics.
   *
   * @param further id of a representation that everything has beside the default one
   */
  SyntheticPool(TestKafka kafka, Path directory, Optional<String> further)
      throws InterruptedException {
    this.kafka = kafka;
    this.further = further;
    this.directory = directory;
    avro = AvroSerdes.forRegistry(kafka.schemaRegistry());
    topics = new TopicClient(kafka.bootstrapServers());
    kafka.createTopics(new TopicSetup(SHARDS, 2));
  }

  /** Number of records in the topic of representations, if compaction did not remove any. */
  int written() {
    return written;
  }

  SelectionService start(String stateDirectory) {
    return start(stateDirectory, Map.of());
  }

  /** Starts an instance with settings beside the usual ones. */
  SelectionService start(String stateDirectory, Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(more);
    settings.put("bootstrap.servers", kafka.bootstrapServers());
    settings.put("schema.registry.url", kafka.schemaRegistry());
    settings.put("topic.prefix", kafka.topics().prefix());
    settings.put("application.id", kafka.topics().prefix() + "streams");
    settings.put("state.dir", directory.resolve(stateDirectory).toString());
    SelectionService service = new SelectionService(new StreamsAppConfig(settings));
    service.start();
    return service;
  }

  TargetTask task(String id, int size) {
    List<Query> set = new ArrayList<>();
    for (int q = 0; q < size; q++) {
      set.add(
          Queries.of(
              "q" + q, List.of(Messages.of("user", "u"), Messages.of("assistant", "a" + q))));
    }
    return TargetTask.newBuilder()
        .setTaskId(id)
        .setRevision(1)
        .setBudgets(List.of(10, BUDGET))
        .setQueries(set)
        .build();
  }

  void define(TargetTask task) {
    write(kafka.topics().targetTasks(), Serdes.String(), task.getTaskId(), task, Optional.empty());
    queries.put(task.getTaskId(), defineQueries(task));
    Companions.of(task).forEach(this::defineQueries);
  }

  private QueryMatrix defineQueries(TargetTask task) {
    float[][][] vectors = new float[task.getQueries().size()][1][];
    for (int q = 0; q < vectors.length; q++) {
      vectors[q][0] = UnitVectors.random(random, DIMENSION);
      write(
          kafka.topics().queryRepresentations(),
          avro.<QueryRepresentationKey>key(),
          new QueryRepresentationKey(task.getTaskId(), 1, q),
          new QueryRepresentation(
              task.getTaskId(),
              1,
              q,
              task.getRepresentationId(),
              "fingerprint",
              DIMENSION,
              List.of(1f),
              FeatureCodec.encode(FeatureEncoding.FLOAT32, vectors[q]),
              "reference",
              ""),
          Optional.empty());
    }
    return new QueryMatrix(vectors, new float[] {1f});
  }

  void arrive(int count) {
    for (int i = 0; i < count; i++) {
      String id = "c" + numbered++;
      Candidate candidate =
          Candidates.of(
              id, "test", List.of(Messages.of("user", "u"), Messages.of("assistant", id)));
      Representation representation = represent("default", candidate);
      pool.put(id, representation);
      send(representation);
      further.ifPresent(other -> send(represent(other, candidate)));
    }
    topics.flush();
  }

  private Representation represent(String representationId, Candidate candidate) {
    return Representation.newBuilder()
        .setRepresentationId(representationId)
        .setFingerprint("fingerprint")
        .setEncoding(FeatureEncoding.INT4)
        .setDimension(DIMENSION)
        .setCheckpoints(1)
        .setFeatures(
            FeatureCodec.encode(
                FeatureEncoding.INT4, new float[][] {UnitVectors.random(random, DIMENSION)}))
        .setTokens(9)
        .setCandidate(candidate)
        .build();
  }

  void repeatSome() {
    pool.values().stream().limit(100).forEach(this::send);
    topics.flush();
  }

  private void send(Representation representation) {
    String id = representation.getCandidate().getId();
    written++;
    write(
        kafka.topics().representations(),
        avro.<RepresentationKey>key(),
        new RepresentationKey(representation.getRepresentationId(), id),
        representation,
        Optional.of(KeyPartitions.partitionFor(id, SHARDS)));
  }

  private <K, V extends SpecificRecord> void write(
      String topic, Serde<K> keys, K key, V value, Optional<Integer> partition) {
    topics.write(topic, keys, avro.<V>value(), key, value, partition);
  }

  void retractSome(int count) {
    List<String> gone = pool.keySet().stream().limit(count).toList();
    for (String id : gone) {
      pool.remove(id);
      retract("default", id);
      further.ifPresent(other -> retract(other, id));
    }
  }

  private void retract(String representationId, String id) {
    topics.write(
        kafka.topics().representations(),
        avro.<RepresentationKey>key(),
        Serdes.ByteArray(),
        new RepresentationKey(representationId, id),
        null,
        Optional.of(KeyPartitions.partitionFor(id, SHARDS)));
    written++;
  }

  void assertSubsetIsBatch(TargetTask task) {
    awaitDrained(task);
    Map<String, SelectedInstruction> subset = subset(task);
    QueryMatrix matrix = queries.get(task.getTaskId());
    Map<String, float[]> rows = new HashMap<>();
    pool.forEach((id, r) -> rows.put(id, matrix.score(r.getEncoding(), r.getFeatures())));
    List<String> expected =
        BatchSelection.select(task.getAlgorithm(), rows, matrix.queries(), BUDGET);

    assertThat(subset.keySet()).containsExactlyInAnyOrderElementsOf(expected);
    for (int slot = 0; slot < expected.size(); slot++) {
      SelectedInstruction selected = subset.get(expected.get(slot));
      assertThat(selected.getTier()).isEqualTo(slot < 10 ? 10 : BUDGET);
      float[] row = rows.get(expected.get(slot));
      for (int q = 0; q < row.length; q++) {
        assertThat(selected.getScores().get(q)).isEqualTo(row[q]);
      }
    }
  }

  Map<String, SelectedInstruction> subset(TargetTask task) {
    Map<String, SelectedInstruction> subset = new HashMap<>();
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
                        value -> subset.put(entry.getKey().getCandidateId(), value),
                        () -> subset.remove(entry.getKey().getCandidateId())));
    return subset;
  }

  TaskStatus awaitDrained(TargetTask task) {
    return topics.await(
        kafka.topics().taskStatus(),
        avro.<TaskStatus>value(),
        status ->
            status.getTaskId().equals(task.getTaskId())
                && status.getPool() == pool.size()
                && status.getWaiting() == 0);
  }
}
