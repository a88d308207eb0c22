package io.sluice.local.cluster;

import io.sluice.local.bundled.BundledData;
import io.sluice.schemas.Arm;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.HyperParameters;
import io.sluice.schemas.Query;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;

/**
 * What senders and users do while real workers and trainers work: candidates arrive, change, are
 * repeated and retracted, and a task changes now and then. Runs on a thread of its own, between
 * {@link #start} and {@link #pause}, which are called by one other thread.
 */
final class CandidateFeed implements AutoCloseable {
  /** The representation that the real workers compute. */
  static final String REPRESENTATION = "model";

  private static final String TASK = "real";
  private static final String BUILTIN = "builtin";
  private static final int IDS = 120;
  private static final int STEPS_PER_REVISION = 150;
  private static final int FIRST = 40;
  private static final long PAUSE_MILLIS = 500;
  private static final String PATIENCE_MILLIS = "600000";
  private static final List<List<Integer>> BUDGETS =
      List.of(List.of(8), List.of(6, 12), List.of(10));

  private final Topics topics = Topics.withDefaultPrefix();
  private final List<Candidate> contents;
  private final List<Query> queries;
  private final Serializer<SpecificRecord> values;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Random random;
  private final Map<String, Integer> versions = new HashMap<>();
  private int steps;
  private volatile boolean stopping;
  private Optional<CompletableFuture<Void>> work = Optional.empty();

  /**
   * A feed that has not started.
   *
   * @param connection of a user who may send candidates and change tasks
   * @param client the same for a client of Kafka alone
   */
  CandidateFeed(Map<String, String> connection, Map<String, Object> client, long seed) {
    BundledData data = BundledData.make();
    contents = data.candidates();
    queries = data.tasks().values().iterator().next().subList(0, 4);
    AvroSerdes avro = KafkaAccess.of(connection).serdes();
    values = avro.<SpecificRecord>value().serializer();
    random = new Random(seed);
    Map<String, Object> settings = new HashMap<>(client);
    settings.put("acks", "all");
    settings.put("delivery.timeout.ms", PATIENCE_MILLIS);
    settings.put("max.block.ms", PATIENCE_MILLIS);
    producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    // The serializer asks the registry once for each schema, and must not do so while it is away.
    values.serialize(topics.candidates(), contents.get(0));
    values.serialize(topics.targetTasks(), task(1));
  }

  /** Begins, or goes on. */
  void start() {
    stopping = false;
    work =
        Optional.of(
            CompletableFuture.runAsync(this::feed, task -> new Thread(task, "feed").start()));
  }

  /** Ends when all that was sent is acknowledged; fails if something could not be. */
  void pause() {
    stopping = true;
    work.ifPresent(CompletableFuture::join);
    work = Optional.empty();
  }

  private void feed() {
    try {
      while (!stopping) {
        if (steps % STEPS_PER_REVISION == 0) {
          send(topics.targetTasks(), TASK, Optional.of(task(1 + steps / STEPS_PER_REVISION)));
        }
        change("r" + random.nextInt(IDS));
        steps++;
        if (steps > FIRST) {
          Thread.sleep(PAUSE_MILLIS);
        }
      }
    } catch (Exception e) {
      throw new IllegalStateException("the feed of candidates failed", e);
    }
  }

  private void change(String id) throws Exception {
    int kind = random.nextInt(10);
    if (kind == 0) {
      send(topics.candidates(), id, Optional.empty());
    } else {
      int version = versions.merge(id, kind < 3 ? 0 : 1, Integer::sum);
      int content = Math.floorMod(31 * id.hashCode() + version, contents.size());
      Candidate candidate =
          Candidate.newBuilder(contents.get(content)).setId(id).setSource("feed").build();
      send(topics.candidates(), id, Optional.of(candidate));
    }
  }

  private TargetTask task(int revision) {
    return TargetTask.newBuilder()
        .setTaskId(TASK)
        .setRevision(revision)
        .setRepresentationId(REPRESENTATION)
        .setBudgets(BUDGETS.get(revision % BUDGETS.size()))
        .setMinPoolFactor(3)
        .setCooldown(0)
        .setControls(List.of(Arm.RANDOM))
        .setQueries(queries)
        .setLauncher(BUILTIN)
        .setHyperParameters(
            HyperParameters.newBuilder()
                .setEpochs(1)
                .setBatchSize(4)
                .setLearningRate(1e-3)
                .setMaxLength(128)
                .setLoraRank(4)
                .setLoraAlpha(8)
                .build())
        .build();
  }

  /** Waits for the acknowledgement, so that the order of records is that of steps. */
  private void send(String topic, String key, Optional<? extends SpecificRecord> value)
      throws Exception {
    producer
        .send(
            new ProducerRecord<>(
                topic,
                Serdes.String().serializer().serialize(topic, key),
                value.map(each -> values.serialize(topic, each)).orElse(null)))
        .get();
  }

  @Override
  public void close() {
    stopping = true;
    producer.close(Duration.ZERO);
  }
}
