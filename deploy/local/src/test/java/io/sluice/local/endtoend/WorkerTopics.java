package io.sluice.local.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gpuworker.representation.Representer;
import io.sluice.gpuworker.worker.RepresentationWorker;
import io.sluice.gpuworker.worker.WorkerConfig;
import io.sluice.gpuworker.worker.WorkerSettings;
import io.sluice.local.kafka.TestKafka;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.Query;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.connection.ConnectionSettings;
import io.sluice.schemas.message.Candidates;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import io.sluice.schemas.serde.AvroSerdes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/** Lets a test write and read the topics that workers use. */
final class WorkerTopics implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final TestKafka kafka;
  private final TopicClient topics;
  private final Serde<Candidate> candidates;
  private final Serde<TargetTask> tasks;
  private final Serde<RepresentationKey> representationKeys;
  private final Serde<Representation> representations;
  private final Serde<QueryRepresentationKey> queryKeys;
  private final Serde<QueryRepresentation> queries;

  /** Creates the topics of a test and uses them. */
  WorkerTopics(TestKafka kafka) throws InterruptedException {
    this.kafka = kafka;
    AvroSerdes avro = AvroSerdes.forRegistry(kafka.schemaRegistry());
    candidates = avro.value();
    tasks = avro.value();
    representationKeys = avro.key();
    representations = avro.value();
    queryKeys = avro.key();
    queries = avro.value();
    topics = new TopicClient(kafka.bootstrapServers());
    kafka.createTopics(new TopicSetup(3, 2));
  }

  /**
   * Returns a worker on these topics that is not started yet.
   *
   * @param settings settings that are added to, or replace, the usual ones of the tests
   */
  RepresentationWorker worker(Representer representer, Map<String, String> settings) {
    Map<String, Object> all = settings();
    if (!settings.containsKey("group.protocol")) {
      all.put("heartbeat.interval.ms", "200");
    }
    all.putAll(settings);
    return new RepresentationWorker(new WorkerConfig(all), representer);
  }

  private Map<String, Object> settings() {
    return new HashMap<>(
        Map.of(
            ConnectionSettings.BOOTSTRAP_SERVERS.key(),
            kafka.bootstrapServers(),
            ConnectionSettings.SCHEMA_REGISTRY_URL.key(),
            kafka.schemaRegistry(),
            ConnectionSettings.TOPIC_PREFIX.key(),
            kafka.topics().prefix(),
            WorkerSettings.GROUP_ID.key(),
            kafka.topics().prefix() + "worker",
            WorkerSettings.MODEL_DIR.key(),
            "unused",
            WorkerSettings.CHECKPOINT_DIRS.key(),
            "unused",
            WorkerSettings.BATCH_RECORDS.key(),
            "16"));
  }

  static List<String> ids(int count) {
    return IntStream.range(0, count).mapToObj(i -> "c" + i).toList();
  }

  void put(String id, String answer) {
    Candidate candidate =
        Candidates.of(
            id, "test", List.of(Messages.of("user", "Say."), Messages.of("assistant", answer)));
    topics.write(
        kafka.topics().candidates(), Serdes.String(), candidates, id, candidate, Optional.empty());
  }

  void putRaw(String key, String value) {
    topics.write(
        kafka.topics().candidates(),
        Serdes.String(),
        Serdes.String(),
        key,
        value,
        Optional.empty());
  }

  void retract(String id) {
    topics.write(
        kafka.topics().candidates(), Serdes.String(), candidates, id, null, Optional.empty());
  }

  void removeTask(String id) {
    topics.write(
        kafka.topics().targetTasks(),
        Serdes.String(),
        Serdes.ByteArray(),
        id,
        null,
        Optional.empty());
  }

  void put(TargetTask task) {
    topics.write(
        kafka.topics().targetTasks(),
        Serdes.String(),
        tasks,
        task.getTaskId(),
        task,
        Optional.empty());
  }

  static TargetTask task(String id, int revision, String... answers) {
    List<Query> queries =
        IntStream.range(0, answers.length)
            .mapToObj(i -> Queries.of("q" + i, List.of(Messages.of("assistant", answers[i]))))
            .toList();
    return TargetTask.newBuilder()
        .setTaskId(id)
        .setRevision(revision)
        .setBudgets(List.of(5))
        .setQueries(queries)
        .build();
  }

  /** Returns all records of the topic of representations, repeats and retractions included. */
  List<Map.Entry<RepresentationKey, Optional<Representation>>> publishedForCandidates() {
    return topics.readAll(kafka.topics().representations(), representationKeys, representations);
  }

  /** Returns the last representation of each candidate that is not retracted. */
  Map<String, Representation> represented() {
    Map<String, Representation> last = new TreeMap<>();
    publishedForCandidates()
        .forEach(
            entry ->
                last.compute(
                    entry.getKey().getCandidateId(), (id, old) -> entry.getValue().orElse(null)));
    return last;
  }

  /** Returns the revision of each query representation, by task, revision and index in its key. */
  Map<String, Integer> liveQueries() {
    Map<String, Integer> live = new TreeMap<>();
    topics
        .readAll(kafka.topics().queryRepresentations(), queryKeys, queries)
        .forEach(
            entry -> {
              QueryRepresentationKey key = entry.getKey();
              live.compute(
                  key.getTaskId() + " " + key.getRevision() + " " + key.getQueryIndex(),
                  (name, old) ->
                      entry.getValue().map(QueryRepresentation::getRevision).orElse(null));
            });
    return live;
  }

  List<String> deadLetterKeys() {
    return topics
        .readAll(kafka.topics().deadLetters(), Serdes.ByteArray(), Serdes.ByteArray())
        .stream()
        .map(entry -> new String(entry.getKey(), StandardCharsets.UTF_8))
        .toList();
  }

  static void await(BooleanSupplier condition) {
    Instant deadline = Instant.now().plus(PATIENCE);
    while (!condition.getAsBoolean()) {
      assertThat(Instant.now())
          .as("time at which the condition was not met yet")
          .isBefore(deadline);
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Override
  public void close() {
    topics.close();
  }
}
