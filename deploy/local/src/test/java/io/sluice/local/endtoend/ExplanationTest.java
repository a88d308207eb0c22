package io.sluice.local.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.encoding.FeatureCodec;
import io.sluice.schemas.message.Candidates;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.KeyPartitions;
import io.sluice.streams.audit.Explanation;
import io.sluice.streams.audit.Explanation.State;
import io.sluice.streams.client.Explanations;
import io.sluice.streams.topology.SelectionService;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What has become of candidates is explained from the topics of a real broker. */
@Tag("broker")
@ExtendWith(KafkaFixture.class)
class ExplanationTest {
  private static final int FEW = 4;

  @TempDir Path directory;

  private TestKafka kafka;
  private AvroSerdes avro;
  private TopicClient topics;
  private SyntheticPool pool;

  @BeforeEach
  void createTopics(TestKafka kafka) throws InterruptedException {
    this.kafka = kafka;
    avro = AvroSerdes.forRegistry(kafka.schemaRegistry());
    topics = new TopicClient(kafka.bootstrapServers());
    pool = new SyntheticPool(kafka, directory);
  }

  @Test
  void givenCandidatesOfEveryFate_whenExplained_thenEachIsToldApart() throws Exception {
    TargetTask task = pool.task("t", 4);
    pool.define(task);
    try (SelectionService service = pool.start("state")) {
      pool.arrive(200);
      pool.retractSome(1);
      represent("alien", "default", "another fingerprint");
      represent("elsewhere", "other", "fingerprint");
      topics.write(
          kafka.topics().representations(),
          avro.<RepresentationKey>key(),
          Serdes.ByteArray(),
          new RepresentationKey("default", "broken"),
          new byte[] {1, 2, 3},
          Optional.of(KeyPartitions.partitionFor("broken", SyntheticPool.SHARDS)));
      send("waiting", Optional.of(candidate("waiting")));
      send("gone", Optional.of(candidate("gone")));
      send("gone", Optional.empty());
      deadLetter("unusable", "messages is empty");
      represent("replaced", "default", "fingerprint");
      deadLetter("replaced", "nothing is left to learn");
      retract("replaced");
      pool.assertSubsetIsBatch(task);
      assertThat(service.isRunning()).isTrue();
    }

    Set<Integer> slots = new HashSet<>();
    // Each explanation goes through several topics, so a few of them stand for all.
    for (String id : pool.subset(task).keySet().stream().sorted().limit(FEW).toList()) {
      Explanation explanation = explain(id);
      assertThat(explanation.state()).isEqualTo(State.SELECTED);
      slots.add(explanation.place().orElseThrow().slot());
      assertThat(explanation.queries()).hasSize(4);
    }
    assertThat(slots).hasSize(FEW);
    for (String id : List.of("c20", "c21", "c22", "c23", "c24")) {
      if (!pool.subset(task).containsKey(id)) {
        Explanation explanation = explain(id);
        assertThat(explanation.state()).isEqualTo(State.NOT_SELECTED);
        assertThat(explanation.queries())
            .allSatisfy(
                query ->
                    assertThat(query.lost().orElseThrow().score())
                        .isGreaterThanOrEqualTo(query.score()));
      }
    }
    assertThat(explain("c0").state()).isEqualTo(State.RETRACTED);
    assertThat(explain("gone").state()).isEqualTo(State.RETRACTED);
    assertThat(explain("alien").state()).isEqualTo(State.OTHER_FINGERPRINT);
    assertThat(explain("alien").why()).contains("another fingerprint");
    assertThat(explain("elsewhere").state()).isEqualTo(State.OTHER_REPRESENTATION);
    assertThat(explain("elsewhere").why()).contains("representation id other");
    assertThat(explain("broken").state()).isEqualTo(State.DEAD_LETTER);
    assertThat(explain("broken").why()).contains("not a readable Representation");
    assertThat(explain("unusable").state()).isEqualTo(State.DEAD_LETTER);
    assertThat(explain("unusable").why()).startsWith("messages is empty (topic ");
    assertThat(explain("replaced").state()).isEqualTo(State.DEAD_LETTER);
    assertThat(explain("replaced").why()).startsWith("nothing is left to learn (topic ");
    assertThat(explain("waiting").state()).isEqualTo(State.NOT_REPRESENTED);
    assertThat(explain("nobody").state()).isEqualTo(State.UNKNOWN);
  }

  private Explanation explain(String candidate) {
    KafkaAccess access =
        KafkaAccess.of(
            Map.of(
                "bootstrap.servers", kafka.bootstrapServers(),
                "schema.registry.url", kafka.schemaRegistry(),
                "topic.prefix", kafka.topics().prefix()));
    return new Explanations(access, new UnseenProgress()).explain("t", candidate);
  }

  private static Candidate candidate(String id) {
    return Candidates.of(
        id, "test", List.of(Messages.of("user", "u"), Messages.of("assistant", id)));
  }

  private void send(String id, Optional<Candidate> candidate) {
    topics.write(
        kafka.topics().candidates(),
        Serdes.String(),
        avro.<Candidate>value(),
        id,
        candidate.orElse(null),
        Optional.empty());
    topics.flush();
  }

  private void represent(String id, String representationId, String fingerprint) {
    float[] vector = UnitVectors.random(new Random(5), SyntheticPool.DIMENSION);
    topics.write(
        kafka.topics().representations(),
        avro.<RepresentationKey>key(),
        avro.<Representation>value(),
        new RepresentationKey(representationId, id),
        Representation.newBuilder()
            .setRepresentationId(representationId)
            .setFingerprint(fingerprint)
            .setEncoding(FeatureEncoding.INT4)
            .setDimension(SyntheticPool.DIMENSION)
            .setCheckpoints(1)
            .setFeatures(FeatureCodec.encode(FeatureEncoding.INT4, new float[][] {vector}))
            .setTokens(9)
            .setCandidate(candidate(id))
            .build(),
        Optional.of(KeyPartitions.partitionFor(id, SyntheticPool.SHARDS)));
  }

  /** Retracts a representation, as a worker does that cannot represent the new content. */
  private void retract(String id) {
    topics.write(
        kafka.topics().representations(),
        avro.<RepresentationKey>key(),
        Serdes.ByteArray(),
        new RepresentationKey("default", id),
        null,
        Optional.of(KeyPartitions.partitionFor(id, SyntheticPool.SHARDS)));
  }

  /** Sends a candidate that a worker cannot use, and the dead letter that the worker writes. */
  private void deadLetter(String id, String reason) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      byte[] key = bytes(id);
      Future<RecordMetadata> sent =
          producer.send(new ProducerRecord<>(kafka.topics().candidates(), key, new byte[] {9}));
      producer.flush();
      RecordMetadata place = sent.get();
      ProducerRecord<byte[], byte[]> letter =
          new ProducerRecord<>(kafka.topics().deadLetters(), key, new byte[] {9});
      letter.headers().add("sluice.reason", bytes(reason));
      letter.headers().add("sluice.topic", bytes(place.topic()));
      letter.headers().add("sluice.partition", bytes(String.valueOf(place.partition())));
      letter.headers().add("sluice.offset", bytes(String.valueOf(place.offset())));
      producer.send(letter);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
