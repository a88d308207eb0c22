package io.sluice.local.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.FineTuneJob;
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
import io.sluice.streams.config.StreamsAppConfig;
import io.sluice.streams.similarity.QueryMatrix;
import io.sluice.streams.testing.BatchSelection;
import io.sluice.streams.topology.SelectionService;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Compares the topology on a real broker, with four shards, against the batch selection. */
@Tag("broker")
@ExtendWith(KafkaFixture.class)
class ExactSelectionTest {
  private static final int DIMENSION = 32;
  private static final int SHARDS = 4;
  private static final int CANDIDATES = 3_000;
  private static final int BUDGET = 30;

  @TempDir Path directory;

  private final Random random = new Random(7);
  private final Map<String, Representation> pool = new TreeMap<>();
  private final Map<String, QueryMatrix> queries = new HashMap<>();
  private int numbered;

  /** Number of records in the topic of representations, if compaction did not remove any. */
  private int written;

  private TestKafka kafka;
  private AvroSerdes avro;
  private TopicClient topics;

  @BeforeEach
  void createTopics(TestKafka kafka) throws InterruptedException {
    this.kafka = kafka;
    avro = AvroSerdes.forRegistry(kafka.schemaRegistry());
    topics = new TopicClient(kafka.bootstrapServers());
    kafka.createTopics(new TopicSetup(SHARDS, 2));
  }

  @Test
  void
      givenFourShardsAndTwoTasks_whenDrained_thenSubsetsAreTheBatchSelectionAndNominationsAreFew() {
    TargetTask early = task("early", 5);
    define(early);
    try (SelectionService service = start("state")) {
      arrive(CANDIDATES / 2);
      TargetTask late = task("late", 3);
      define(late);
      arrive(CANDIDATES / 2);
      repeatSome();

      assertSubsetIsBatch(early);
      assertSubsetIsBatch(late);

      TaskStatus status = awaitDrained(early);
      double expected = SHARDS * BUDGET * (1 + Math.log((double) CANDIDATES / SHARDS / BUDGET));
      assertThat((double) status.getNominated()).isBetween((double) BUDGET, 1.5 * expected);
      assertThat(service.isRunning()).isTrue();
    }
  }

  @Test
  void givenAServiceStoppedMidway_whenStartedWithoutItsState_thenNothingIsLostOrFiredTwice() {
    TargetTask task = task("t", 4);
    define(task);
    try (SelectionService service = start("first")) {
      arrive(CANDIDATES / 2);
      awaitDrained(task);
      assertThat(service.isRunning()).isTrue();
    }
    arrive(CANDIDATES / 2);

    try (SelectionService service = start("second")) {
      assertSubsetIsBatch(task);
      assertThat(service.isRunning()).isTrue();
    }

    Map<String, FineTuneJob> jobs = new HashMap<>();
    List<FineTuneJob> fired =
        topics
            .readAll(kafka.topics().fineTuneJobs(), Serdes.String(), avro.<FineTuneJob>value())
            .stream()
            .map(entry -> entry.getValue().orElseThrow())
            .toList();
    fired.forEach(job -> jobs.put(job.getJobId(), job));
    assertThat(fired).extracting(FineTuneJob::getBudget).containsExactlyInAnyOrder(10, BUDGET);
    assertThat(jobs).hasSameSizeAs(fired);
  }

  @Test
  void givenABrokerThatCompactsAllTheTime_whenTasksComeLate_thenTheirSubsetsAreTheBatchSelection()
      throws Exception {
    compactAllTheTime();
    define(task("early", 3));
    try (SelectionService service = start("state")) {
      arrive(CANDIDATES / 2);
      for (int round = 0; round < 6; round++) {
        TargetTask late = task("late-" + round, 3);
        define(late);
        retractSome(100);
        repeatSome();
        arrive(200);
        assertSubsetIsBatch(late);
      }
      assertThat(service.isRunning()).isTrue();
    }
    assertThat(
            topics.readAll(
                kafka.topics().representations(), Serdes.ByteArray(), Serdes.ByteArray()))
        .as("records that compaction has left")
        .hasSizeLessThan(written);
  }

  /** Compaction removes what a later record replaces as soon as it can. */
  private void compactAllTheTime() throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.BROKER, ""),
                  List.of(set("log.cleaner.backoff.ms", "50")),
                  new ConfigResource(ConfigResource.Type.TOPIC, kafka.topics().representations()),
                  List.of(set("segment.ms", "50"), set("min.cleanable.dirty.ratio", "0.001"))))
          .all()
          .get();
    }
  }

  private static AlterConfigOp set(String name, String value) {
    return new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
  }

  private void retractSome(int count) {
    List<String> gone = pool.keySet().stream().limit(count).toList();
    for (String id : gone) {
      pool.remove(id);
      topics.write(
          kafka.topics().representations(),
          avro.<RepresentationKey>key(),
          Serdes.ByteArray(),
          new RepresentationKey("default", id),
          null,
          Optional.of(KeyPartitions.partitionFor(id, SHARDS)));
      written++;
    }
  }

  @Test
  void
      givenUndecodableRecordsOnEveryInput_whenTheServiceRuns_thenTheyBecomeDeadLettersAndItContinues() {
    TargetTask task = task("t", 2);
    byte[] junk = "not avro".getBytes(StandardCharsets.UTF_8);
    for (String topic :
        List.of(
            kafka.topics().targetTasks(),
            kafka.topics().queryRepresentations(),
            kafka.topics().representations())) {
      topics.write(topic, Serdes.ByteArray(), Serdes.ByteArray(), junk, junk, Optional.empty());
    }
    define(task);

    try (SelectionService service = start("state")) {
      arrive(200);
      assertSubsetIsBatch(task);
      assertThat(service.isRunning()).isTrue();
    }

    assertThat(topics.readAll(kafka.topics().deadLetters(), Serdes.ByteArray(), Serdes.ByteArray()))
        .hasSize(3)
        .allSatisfy(
            letter -> {
              assertThat(letter.getKey()).isEqualTo(junk);
              assertThat(letter.getValue()).contains(junk);
            });
  }

  private SelectionService start(String stateDirectory) {
    SelectionService service =
        new SelectionService(
            new StreamsAppConfig(
                Map.of(
                    "bootstrap.servers", kafka.bootstrapServers(),
                    "schema.registry.url", kafka.schemaRegistry(),
                    "topic.prefix", kafka.topics().prefix(),
                    "application.id", kafka.topics().prefix() + "streams",
                    "state.dir", directory.resolve(stateDirectory).toString())));
    service.start();
    return service;
  }

  private TargetTask task(String id, int size) {
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

  private void define(TargetTask task) {
    write(kafka.topics().targetTasks(), Serdes.String(), task.getTaskId(), task, Optional.empty());
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
              "default",
              "fingerprint",
              DIMENSION,
              List.of(1f),
              FeatureCodec.encode(FeatureEncoding.FLOAT32, vectors[q]),
              "reference",
              ""),
          Optional.empty());
    }
    queries.put(task.getTaskId(), new QueryMatrix(vectors, new float[] {1f}));
  }

  private void arrive(int count) {
    for (int i = 0; i < count; i++) {
      String id = "c" + numbered++;
      ByteBuffer features =
          FeatureCodec.encode(
              FeatureEncoding.INT4, new float[][] {UnitVectors.random(random, DIMENSION)});
      Candidate candidate =
          Candidates.of(
              id, "test", List.of(Messages.of("user", "u"), Messages.of("assistant", id)));
      Representation representation =
          Representation.newBuilder()
              .setRepresentationId("default")
              .setFingerprint("fingerprint")
              .setEncoding(FeatureEncoding.INT4)
              .setDimension(DIMENSION)
              .setCheckpoints(1)
              .setFeatures(features)
              .setTokens(9)
              .setCandidate(candidate)
              .build();
      pool.put(id, representation);
      send(representation);
    }
    topics.flush();
  }

  private void repeatSome() {
    pool.values().stream().limit(100).forEach(this::send);
    topics.flush();
  }

  private void send(Representation representation) {
    String id = representation.getCandidate().getId();
    written++;
    write(
        kafka.topics().representations(),
        avro.<RepresentationKey>key(),
        new RepresentationKey("default", id),
        representation,
        Optional.of(KeyPartitions.partitionFor(id, SHARDS)));
  }

  private <K, V extends SpecificRecord> void write(
      String topic, Serde<K> keys, K key, V value, Optional<Integer> partition) {
    topics.write(topic, keys, avro.<V>value(), key, value, partition);
  }

  private void assertSubsetIsBatch(TargetTask task) {
    awaitDrained(task);
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

  private TaskStatus awaitDrained(TargetTask task) {
    return topics.await(
        kafka.topics().taskStatus(),
        avro.<TaskStatus>value(),
        status ->
            status.getTaskId().equals(task.getTaskId())
                && status.getPool() == pool.size()
                && status.getWaiting() == 0);
  }
}
