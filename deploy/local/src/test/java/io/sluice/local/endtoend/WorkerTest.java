package io.sluice.local.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.representation.Representer;
import io.sluice.gpuworker.representation.Role;
import io.sluice.gpuworker.worker.RepresentationWorker;
import io.sluice.gpuworker.worker.WorkerConfig;
import io.sluice.gpuworker.worker.WorkerFailure;
import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.Message;
import io.sluice.schemas.Query;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.encoding.FeatureCodec;
import io.sluice.schemas.serde.AvroSerdes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Workers on a real broker: what goes in comes out, or is a dead letter, whatever happens. */
@ExtendWith(KafkaFixture.class)
class WorkerTest {
  private static final int DIMENSION = 16;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private TestKafka kafka;
  private TopicClient topics;
  private Serde<Candidate> candidates;
  private Serde<TargetTask> tasks;
  private Serde<RepresentationKey> representationKeys;
  private Serde<Representation> representations;
  private Serde<QueryRepresentationKey> queryKeys;
  private Serde<QueryRepresentation> queries;

  @BeforeEach
  void createTopics(TestKafka kafka) throws InterruptedException {
    this.kafka = kafka;
    AvroSerdes avro = AvroSerdes.forRegistry(kafka.schemaRegistry());
    candidates = avro.value();
    tasks = avro.value();
    representationKeys = avro.key();
    representations = avro.value();
    queryKeys = avro.key();
    queries = avro.value();
    topics = new TopicClient(kafka.bootstrapServers());
    kafka.createTopics(new TopicSetup(3, 2, (short) 1));
  }

  @AfterEach
  void closeClient() {
    topics.close();
  }

  @Test
  void givenPoisonRepeatsAndRetractions_whenDrained_thenExactlyTheRestIsRepresented() {
    for (int i = 0; i < 300; i++) {
      put("c" + i, i % 50 == 7 ? "unusable" : "Answer " + i + ".");
      if (i % 100 == 3) {
        putRaw("junk" + i, "{}");
      }
      if (i % 10 == 0) {
        put("c" + i, "Answer " + i + ".");
      }
    }
    retract("c1");
    retract("c2");
    retract("never seen");

    try (RepresentationWorker worker = worker(new Steady())) {
      worker.start();
      await(() -> worker.progress().candidatesSeen() == 300 + 3 + 30 + 3);
    }

    TreeSet<String> expected = new TreeSet<>(ids(300));
    expected.removeAll(List.of("c1", "c2"));
    expected.removeIf(id -> Integer.parseInt(id.substring(1)) % 50 == 7);
    Map<String, Representation> represented = represented();
    assertThat(represented.keySet()).isEqualTo(expected);
    assertThat(represented.values())
        .allSatisfy(
            representation ->
                assertThat(representation.getFeatures())
                    .isEqualTo(
                        FeatureCodec.encode(
                            FeatureEncoding.INT8,
                            Steady.rows(representation.getCandidate().getId()))));
    assertThat(deadLetterKeys())
        .containsExactlyInAnyOrder(
            "junk3", "junk103", "junk203", "c7", "c57", "c107", "c157", "c207", "c257");
  }

  @Test
  void givenAWorkerThatFailsMidway_whenAnotherTakesOver_thenNothingIsLost() {
    ids(300).forEach(id -> put(id, "Answer."));

    try (RepresentationWorker failing = worker(new Failing(100))) {
      failing.start();
      assertThatThrownBy(failing::awaitEnd)
          .isInstanceOf(WorkerFailure.class)
          .hasMessageContaining("out of memory");
      assertThat(failing.progress().represented()).isBetween(1L, 299L);
    }
    try (RepresentationWorker worker = worker(new Steady())) {
      worker.start();
      await(() -> represented().size() == 300);
      assertThat(worker.progress().represented())
          .as("what was committed is not done again")
          .isLessThan(300);
    }

    assertThat(represented().keySet()).isEqualTo(new TreeSet<>(ids(300)));
    assertThat(deadLetterKeys()).isEmpty();
  }

  @Test
  void givenAWorkerStuckInABatch_whenAnotherJoinsAndItLeaves_thenTheGroupGoesOnAndNothingIsLost() {
    ids(300).forEach(id -> put(id, "Answer."));
    CountDownLatch goOn = new CountDownLatch(1);

    try (RepresentationWorker second = worker(new Steady())) {
      try (RepresentationWorker first = worker(new Stuck(48, goOn))) {
        first.start();
        await(() -> first.progress().represented() >= 32);
        second.start();
        await(() -> second.progress().represented() > 0);
        assertThat(first.progress().represented()).as("still stuck").isLessThan(300);
        goOn.countDown();
      }
      await(() -> represented().size() == 300);
    }

    assertThat(represented().keySet()).isEqualTo(new TreeSet<>(ids(300)));
  }

  @Test
  void givenATaskThatIsReplacedAndRemoved_whenWorkedOn_thenOnlyLiveQueriesAreRepresented() {
    try (RepresentationWorker worker = worker(new Steady())) {
      worker.start();
      put(task("maths", 1, "One.", "Two.", "Three."));
      put(task("broken", 1, "One.", "unusable"));
      await(() -> liveQueries().equals(Map.of("maths 1 0", 1, "maths 1 1", 1, "maths 1 2", 1)));

      put(task("maths", 2, "One.", "Two."));
      await(() -> liveQueries().equals(Map.of("maths 2 0", 2, "maths 2 1", 2)));

      topics.write(
          kafka.topics().targetTasks(),
          Serdes.String(),
          Serdes.ByteArray(),
          "maths",
          null,
          Optional.empty());
      await(() -> liveQueries().isEmpty());
      assertThat(worker.progress().tasksRepresented()).isEqualTo(2);
    }
    assertThat(deadLetterKeys()).containsExactly("broken");
  }

  @Test
  void givenAMissingTopic_whenStarted_thenTheWorkerEndsAndNamesIt() {
    Map<String, Object> settings = settings();
    settings.put(WorkerConfig.TOPIC_PREFIX, "misspelt.");
    settings.put("default.api.timeout.ms", "2000");
    settings.put("max.block.ms", "2000");

    try (RepresentationWorker worker =
        new RepresentationWorker(new WorkerConfig(settings), new Steady())) {
      worker.start();
      assertThatThrownBy(worker::awaitEnd)
          .isInstanceOf(WorkerFailure.class)
          .hasMessageContaining("misspelt.target-tasks");
    }
  }

  private RepresentationWorker worker(Representer representer) {
    return new RepresentationWorker(new WorkerConfig(settings()), representer);
  }

  private Map<String, Object> settings() {
    return new HashMap<>(
        Map.of(
            WorkerConfig.BOOTSTRAP_SERVERS,
            kafka.bootstrapServers(),
            WorkerConfig.SCHEMA_REGISTRY_URL,
            kafka.schemaRegistry(),
            WorkerConfig.TOPIC_PREFIX,
            kafka.topics().prefix(),
            WorkerConfig.GROUP_ID,
            kafka.topics().prefix() + "worker",
            WorkerConfig.MODEL_DIR,
            "unused",
            WorkerConfig.CHECKPOINT_DIRS,
            "unused",
            WorkerConfig.BATCH_RECORDS,
            "16",
            "heartbeat.interval.ms",
            "200"));
  }

  private static List<String> ids(int count) {
    return IntStream.range(0, count).mapToObj(i -> "c" + i).toList();
  }

  private void put(String id, String answer) {
    Candidate candidate =
        new Candidate(
            id, "test", List.of(new Message("user", "Say."), new Message("assistant", answer)));
    topics.write(
        kafka.topics().candidates(), Serdes.String(), candidates, id, candidate, Optional.empty());
  }

  private void putRaw(String key, String value) {
    topics.write(
        kafka.topics().candidates(),
        Serdes.String(),
        Serdes.String(),
        key,
        value,
        Optional.empty());
  }

  private void retract(String id) {
    topics.write(
        kafka.topics().candidates(), Serdes.String(), candidates, id, null, Optional.empty());
  }

  private void put(TargetTask task) {
    topics.write(
        kafka.topics().targetTasks(),
        Serdes.String(),
        tasks,
        task.getTaskId(),
        task,
        Optional.empty());
  }

  private static TargetTask task(String id, int revision, String... answers) {
    List<Query> queries =
        IntStream.range(0, answers.length)
            .mapToObj(i -> new Query("q" + i, List.of(new Message("assistant", answers[i]))))
            .toList();
    return TargetTask.newBuilder()
        .setTaskId(id)
        .setRevision(revision)
        .setBudgets(List.of(5))
        .setQueries(queries)
        .build();
  }

  /** The last value of each candidate, retractions applied. */
  private Map<String, Representation> represented() {
    Map<String, Representation> last = new TreeMap<>();
    topics
        .readAll(kafka.topics().representations(), representationKeys, representations)
        .forEach(
            entry ->
                last.compute(
                    entry.getKey().getCandidateId(), (id, old) -> entry.getValue().orElse(null)));
    return last;
  }

  /** The revision in the value of each query that has one, by task, revision and index. */
  private Map<String, Integer> liveQueries() {
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

  private List<String> deadLetterKeys() {
    return topics
        .readAll(kafka.topics().deadLetters(), Serdes.ByteArray(), Serdes.ByteArray())
        .stream()
        .map(entry -> new String(entry.getKey(), StandardCharsets.UTF_8))
        .toList();
  }

  private static void await(BooleanSupplier condition) {
    Instant deadline = Instant.now().plus(PATIENCE);
    while (!condition.getAsBoolean()) {
      assertThat(Instant.now()).as("the condition is met in time").isBefore(deadline);
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** Represents an example by a random row that follows from its id. */
  private static class Steady implements Representer {
    static float[][] rows(String id) {
      Random random = new Random(id.hashCode());
      float[] row = new float[DIMENSION];
      for (int i = 0; i < DIMENSION; i++) {
        row[i] = (float) random.nextGaussian();
      }
      return new float[][] {row};
    }

    @Override
    public String fingerprint() {
      return "steady";
    }

    @Override
    public int dimension() {
      return DIMENSION;
    }

    @Override
    public int checkpoints() {
      return 1;
    }

    @Override
    public float[] checkpointWeights() {
      return new float[] {1};
    }

    @Override
    public String device() {
      return "none";
    }

    @Override
    public List<Outcome> candidates(List<Candidate> candidates) {
      return candidates.stream().map(each -> outcome(each.getId(), each.getMessages())).toList();
    }

    @Override
    public List<Outcome> queries(List<Query> queries) {
      return queries.stream().map(each -> outcome(each.getId(), each.getMessages())).toList();
    }

    @Override
    public List<Outcome> represent(List<? extends Text> examples, Role role) {
      throw new UnsupportedOperationException("rows follow from ids, and texts have none");
    }

    @Override
    public void close() {}

    private static Outcome outcome(String id, List<Message> messages) {
      return messages.get(messages.size() - 1).getContent().equals("unusable")
          ? new Unusable("nothing is left to learn")
          : new Represented(rows(id), 5);
    }
  }

  /** Breaks after some candidates. */
  private static final class Failing extends Steady {
    private final AtomicInteger left;

    Failing(int candidates) {
      left = new AtomicInteger(candidates);
    }

    @Override
    public List<Outcome> candidates(List<Candidate> candidates) {
      if (left.addAndGet(-candidates.size()) < 0) {
        throw new IllegalStateException("out of memory");
      }
      return super.candidates(candidates);
    }
  }

  /** Stops after some candidates until it is told to go on. */
  private static final class Stuck extends Steady {
    private final AtomicInteger left;
    private final CountDownLatch goOn;

    Stuck(int candidates, CountDownLatch goOn) {
      left = new AtomicInteger(candidates);
      this.goOn = goOn;
    }

    @Override
    public List<Outcome> candidates(List<Candidate> candidates) {
      try {
        if (left.addAndGet(-candidates.size()) < 0) {
          goOn.await();
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return super.candidates(candidates);
    }
  }
}
