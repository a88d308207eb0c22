package io.sluice.streams.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.JobRequest;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.SelectedKey;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.Topics;
import io.sluice.streams.Examples;
import io.sluice.streams.config.StreamsAppConfig;
import io.sluice.streams.config.StreamsAppSettings;
import io.sluice.streams.exactlyonce.StartOffsets;
import io.sluice.streams.nominate.PartitionInMemory;
import io.sluice.streams.select.OpenPartitions;
import io.sluice.streams.select.ServedSubsets;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;

/** The whole topology with one partition per topic, in Kafka's test driver. */
final class TopologyFixture implements AutoCloseable {
  private static final Topics TOPICS = Topics.withDefaultPrefix();

  private final TopologyTestDriver driver;
  private final PartitionInMemory partition = new PartitionInMemory(64);
  private final AvroSerdes avro;
  private final Map<String, TestInputTopic<byte[], byte[]>> rawTopics = new HashMap<>();
  private final TestInputTopic<String, TargetTask> tasks;
  private final TestInputTopic<QueryRepresentationKey, QueryRepresentation> queries;
  private final TestInputTopic<String, SpecificRecord> anyTasks;
  private final TestInputTopic<SpecificRecord, SpecificRecord> anyQueries;
  private final TestInputTopic<String, JobRequest> requests;
  private final TestInputTopic<String, FineTuneResult> results;
  private final TestOutputTopic<SelectedKey, SelectedInstruction> selected;
  private final TestOutputTopic<String, TaskStatus> status;
  private final TestOutputTopic<String, FineTuneJob> jobs;
  private final TestOutputTopic<String, DatasetRecord> datasets;
  private final TestOutputTopic<byte[], byte[]> deadLetters;

  private final Map<String, Map<String, SelectedInstruction>> subsets = new HashMap<>();
  private final Map<String, TaskStatus> statuses = new HashMap<>();

  TopologyFixture(Path stateDirectory) {
    String registry = "mock://" + UUID.randomUUID();
    StreamsAppConfig config =
        new StreamsAppConfig(
            Map.of(
                "bootstrap.servers",
                "127.0.0.1:1",
                "schema.registry.url",
                registry,
                "state.dir",
                stateDirectory.toString(),
                StreamsAppSettings.BACKFILL_SLICE.key(),
                0));
    Properties properties = new Properties();
    properties.putAll(config.kafkaStreams());
    avro = AvroSerdes.forRegistry(registry);
    driver =
        new TopologyTestDriver(
            SelectionTopology.build(
                config,
                1,
                1,
                new OpenPartitions(),
                ServedSubsets.withinMemory(),
                partition,
                StartOffsets.UNCHECKED),
            properties);
    tasks = input(TOPICS.targetTasks(), Serdes.String(), avro.value());
    queries = input(TOPICS.queryRepresentations(), avro.key(), avro.value());
    anyTasks = input(TOPICS.targetTasks(), Serdes.String(), avro.value());
    anyQueries = input(TOPICS.queryRepresentations(), avro.key(), avro.value());
    requests = input(TOPICS.jobRequests(), Serdes.String(), avro.value());
    results = input(TOPICS.fineTuneResults(), Serdes.String(), avro.value());
    selected = output(TOPICS.selected(), avro.key(), avro.value());
    status = output(TOPICS.taskStatus(), Serdes.String(), avro.value());
    jobs = output(TOPICS.fineTuneJobs(), Serdes.String(), avro.value());
    datasets = output(TOPICS.fineTuneDatasets(), Serdes.String(), avro.value());
    deadLetters = output(TOPICS.deadLetters(), Serdes.ByteArray(), Serdes.ByteArray());
  }

  void define(TargetTask task) {
    tasks.pipeInput(task.getTaskId(), task);
  }

  void remove(String taskId) {
    tasks.pipeInput(taskId, null);
  }

  void represent(TargetTask task, int index, float[] vector) {
    represent(Examples.query(task, index, vector));
  }

  void represent(QueryRepresentation query) {
    queries.pipeInput(
        new QueryRepresentationKey(query.getTaskId(), query.getRevision(), query.getQueryIndex()),
        query);
  }

  void arrive(String candidateId, float[] vector) {
    arrive(Examples.representation(candidateId, vector));
  }

  void arrive(Representation representation) {
    Candidate candidate = representation.getCandidate();
    sendRepresentation(
        new RepresentationKey(representation.getRepresentationId(), candidate.getId()),
        representation);
  }

  void retract(String candidateId) {
    retract("default", candidateId);
  }

  void retract(String representationId, String candidateId) {
    sendRepresentation(new RepresentationKey(representationId, candidateId), null);
  }

  void request(String key, JobRequest request) {
    requests.pipeInput(key, request);
  }

  void report(FineTuneResult result) {
    results.pipeInput(result.getJobId(), result);
  }

  /** Sends the bytes of a record to one of the topics that the topology reads. */
  void sendBytes(String topic, byte[] key, byte[] value) {
    if (topic.equals(TOPICS.representations())) {
      // A record without a key is in the partition too.
      partition.append(key == null ? new byte[0] : key, Optional.ofNullable(value));
    }
    rawTopics
        .computeIfAbsent(topic, t -> input(t, Serdes.ByteArray(), Serdes.ByteArray()))
        .pipeInput(key, value);
  }

  private void sendRepresentation(SpecificRecord key, SpecificRecord value) {
    String topic = TOPICS.representations();
    sendBytes(topic, encodedKey(topic, key), value == null ? null : encoded(topic, value));
  }

  /** The bytes of a value as its producer writes them. */
  byte[] encoded(String topic, SpecificRecord value) {
    return avro.value().serializer().serialize(topic, value);
  }

  /** The bytes of a key as its producer writes them. */
  byte[] encodedKey(String topic, SpecificRecord key) {
    return avro.key().serializer().serialize(topic, key);
  }

  void arriveUndecodable(byte[] key, byte[] value) {
    sendBytes(TOPICS.representations(), key, value);
  }

  /** Sends a record of a wrong type to the topics of tasks, queries and representations. */
  void sendEverywhere(SpecificRecord record) {
    anyTasks.pipeInput("key", record);
    anyQueries.pipeInput(new QueryRepresentationKey("t", 1, 0), record);
    anyQueries.pipeInput(new TestRecord<>(record, null));
    sendRepresentation(new RepresentationKey("default", "c"), record);
    sendRepresentation(record, null);
  }

  /**
   * Advances the time until every revision is served, stored candidates are scored and counts are
   * published. It advances by whole seconds, because each step makes the driver commit and wait for
   * the disk.
   */
  void settle() {
    int rounds = 0;
    do {
      assertThat(rounds++).as("rounds without an end of the work on stored data").isLessThan(100);
      passTwoSeconds();
    } while (status().values().stream().anyMatch(TopologyFixture::isAtWork));
    passTwoSeconds();
  }

  /**
   * In the first second the shards report their counts, and in the next one these are published.
   */
  private void passTwoSeconds() {
    driver.advanceWallClockTime(Duration.ofSeconds(1));
    driver.advanceWallClockTime(Duration.ofSeconds(1));
  }

  private static boolean isAtWork(TaskStatus status) {
    return status != null
        && (status.getWaiting() > 0
            || status.getIncoming().stream().anyMatch(newer -> newer.getWaiting() > 0));
  }

  /** The published subset of a task, by candidate id. */
  Map<String, SelectedInstruction> subset(String taskId) {
    for (TestRecord<SelectedKey, SelectedInstruction> record : selected.readRecordsToList()) {
      Map<String, SelectedInstruction> subset =
          subsets.computeIfAbsent(record.key().getTaskId(), id -> new HashMap<>());
      if (record.value() == null) {
        subset.remove(record.key().getCandidateId());
      } else {
        subset.put(record.key().getCandidateId(), record.value());
      }
    }
    return subsets.getOrDefault(taskId, Map.of());
  }

  /** The published status of each task, by task id; null for a task that was removed. */
  Map<String, TaskStatus> status() {
    statuses.putAll(status.readKeyValuesToMap());
    return statuses;
  }

  List<FineTuneJob> jobs() {
    return jobs.readValuesToList();
  }

  List<DatasetRecord> datasets() {
    return datasets.readValuesToList();
  }

  /** The reasons of the dead letters since the last call. */
  List<String> deadLetterReasons() {
    List<String> reasons = new ArrayList<>();
    for (TestRecord<byte[], byte[]> letter : deadLetters.readRecordsToList()) {
      reasons.add(
          new String(letter.headers().lastHeader("sluice.reason").value(), StandardCharsets.UTF_8));
    }
    return reasons;
  }

  @Override
  public void close() {
    driver.close();
  }

  private <K, V> TestInputTopic<K, V> input(String topic, Serde<K> keys, Serde<V> values) {
    return driver.createInputTopic(topic, keys.serializer(), values.serializer());
  }

  private <K, V> TestOutputTopic<K, V> output(String topic, Serde<K> keys, Serde<V> values) {
    return driver.createOutputTopic(topic, keys.deserializer(), values.deserializer());
  }
}
