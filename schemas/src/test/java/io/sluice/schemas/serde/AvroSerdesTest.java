package io.sluice.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import io.sluice.schemas.Arm;
import io.sluice.schemas.ArmOutcome;
import io.sluice.schemas.CancelJob;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.DatasetPart;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.FireJob;
import io.sluice.schemas.IncomingRevision;
import io.sluice.schemas.JobRequest;
import io.sluice.schemas.JobState;
import io.sluice.schemas.MeanLoss;
import io.sluice.schemas.Message;
import io.sluice.schemas.Nomination;
import io.sluice.schemas.PoolCount;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.SelectedKey;
import io.sluice.schemas.ShardReport;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.TierStatus;
import io.sluice.schemas.TrainingLoss;
import io.sluice.schemas.TrainingProgress;
import io.sluice.schemas.Withdrawal;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AvroSerdesTest {
  private static final List<Message> MESSAGES =
      List.of(
          Messages.of("user", "Wie geht's? 😀"),
          new Message("assistant", "", false, "{\"tool_calls\":[{\"a\":1.0}],\"content\":null}"));
  private static final String TOOLS = "[{\"type\":\"function\"}]";
  private static final Map<String, String> METADATA = Map.of("language", "de", "Größe", "");
  private static final Candidate CANDIDATE =
      new Candidate("c-1", "poems", MESSAGES, TOOLS, METADATA);

  private static final ArmOutcome OUTCOME =
      new ArmOutcome(
          Arm.SELECTED,
          3,
          new MeanLoss(1.5, 0.25, 8, List.of(1.25f, 1.75f)),
          List.of(new MeanLoss(1.75, 0.5, 4, List.of())),
          "out/selected-3",
          60.5,
          1_000_000L,
          "rds",
          List.of(new TrainingLoss(2, 1.5f), new TrainingLoss(4, 0.75f)));

  private final AvroSerdes serdes = AvroSerdes.forRegistry("mock://AvroSerdesTest");

  static Stream<SpecificRecord> records() {
    return Stream.of(
        CANDIDATE,
        TargetTask.newBuilder()
            .setTaskId("t")
            .setRevision(2)
            .setBudgets(List.of(1, 10))
            .setQueries(List.of(Queries.of("q", MESSAGES)))
            .setHeldOut(List.of(Queries.of("h", MESSAGES)))
            .setControls(List.of(Arm.NONE, Arm.RANDOM))
            .build(),
        Representation.newBuilder()
            .setRepresentationId("r")
            .setFingerprint("ab12")
            .setEncoding(FeatureEncoding.INT4)
            .setDimension(8)
            .setCheckpoints(2)
            .setFeatures(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}))
            .setTokens(17)
            .setCandidate(CANDIDATE)
            .build(),
        new RepresentationKey("r", "c-1"),
        new QueryRepresentation(
            "t",
            2,
            0,
            "r",
            "ab12",
            1,
            List.of(0.25f, 0.75f),
            ByteBuffer.wrap(new byte[8]),
            "chat cd34",
            "ef56"),
        new QueryRepresentationKey("t", 2, 0),
        SelectedInstruction.newBuilder()
            .setTaskId("t")
            .setRevision(2)
            .setCandidateId("c-1")
            .setTier(10)
            .setScore(0.5f)
            .setBestQuery(0)
            .setScores(List.of(0.5f, Float.MIN_VALUE))
            .setSource("poems")
            .setMessages(MESSAGES)
            .setTools(TOOLS)
            .setMetadata(METADATA)
            .build(),
        new SelectedKey("t", "c-1"),
        TaskStatus.newBuilder()
            .setTaskId("t")
            .setRevision(2)
            .setQueries(8)
            .setPool(3_000_000_000L)
            .setWaiting(0L)
            .setNominated(41L)
            .setSelected(10)
            .setTiers(List.of(new TierStatus(10, 10, 1, 0.25, true, 77L, true)))
            .setIncoming(List.of(new IncomingRevision(3, 5L, 6L)))
            .build(),
        new ShardReport(
            "t",
            2,
            3,
            Nomination.newBuilder().setScores(List.of(0.5f)).setCandidate(CANDIDATE).build()),
        new ShardReport("t", 2, 3, new Withdrawal("c-1")),
        new ShardReport(
            "t",
            2,
            3,
            PoolCount.newBuilder()
                .setScored(5L)
                .setWaiting(6L)
                .setFingerprint("ab12")
                .setTextForm("chat cd34")
                .setLeftOut(Map.of("min_tokens", 3L))
                .setLeaks(2L)
                .build()),
        new JobRequest("r-1", "t", new FireJob(10)),
        new JobRequest("r-2", "t", new CancelJob("j")),
        FineTuneJob.newBuilder()
            .setJobId("j")
            .setTaskId("t")
            .setRevision(2)
            .setRepresentationId("r")
            .setAlgorithm("round-robin")
            .setBudget(10)
            .setSequence(0)
            .setExamples(10)
            .setPoolSize(100)
            .setDatasetChecksum("00ff")
            .setRetracted(List.of("c-1"))
            .setState(JobState.CANCELLED)
            .build(),
        new DatasetRecord(
            "j",
            "t",
            0,
            "c-1",
            "q",
            0.5f,
            "poems",
            MESSAGES,
            DatasetPart.ARM,
            TOOLS,
            METADATA,
            "rds"),
        FineTuneResult.newBuilder()
            .setJobId("j")
            .setTaskId("t")
            .setState(FineTuneState.PROGRESS)
            .setProgress(List.of(new TrainingProgress(Arm.RANDOM, 3, 4, 5, 2.5, 1e3, "random-1")))
            .setOutcomes(List.of(OUTCOME))
            .build());
  }

  @ParameterizedTest
  @MethodSource("records")
  void givenARecord_whenSerialized_thenKeyAndValueComeBackEqual(SpecificRecord given) {
    for (Serde<SpecificRecord> serde : List.of(serdes.value(), serdes.key())) {
      String topic = "topic-" + given.getSchema().getName();
      byte[] bytes = serde.serializer().serialize(topic, given);
      assertThat(serde.deserializer().deserialize(topic, bytes))
          .isEqualTo(given)
          .hasSameClassAs(given);
    }
  }

  @Test
  void givenATombstone_whenSerialized_thenNullBothWays() {
    Serde<Candidate> serde = serdes.value();
    assertThat(serde.serializer().serialize("c", null)).isNull();
    assertThat(serde.deserializer().deserialize("c", null)).isNull();
  }

  @Test
  void givenARecord_whenSerialized_thenOneSubjectATopicAndConfluentsWireFormat() throws Exception {
    Serde<Candidate> serde = serdes.value();
    byte[] bytes = serde.serializer().serialize("subjects", CANDIDATE);
    SchemaRegistryClient registry = MockSchemaRegistry.getClientForScope("AvroSerdesTest");
    assertThat(registry.getAllSubjects()).contains("subjects-value");
    int id = ByteBuffer.wrap(bytes, 1, 4).getInt();
    assertThat(bytes[0]).isZero();
    assertThat(
            new Schema.Parser().parse(registry.getSchemaById(id).canonicalString()).getFullName())
        .isEqualTo("io.sluice.schemas.Candidate");
  }

  @Test
  void givenBytesThatAreNoRecord_whenDeserialized_thenSerializationException() {
    Serde<Candidate> serde = serdes.value();
    assertThatThrownBy(() -> serde.deserializer().deserialize("c", new byte[] {7, 7, 7}))
        .isInstanceOf(SerializationException.class);
  }

  /** Confluent's deserializer and Avro throw what is no SerializationException for these. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 5, 6, 9})
  void givenBytesThatEndTooEarly_whenReadAsOneType_thenSerializationException(int length) {
    Serde<Candidate> serde = serdes.value(Candidate.class);
    byte[] whole = serde.serializer().serialize("cut", CANDIDATE);

    assertThatThrownBy(() -> serde.deserializer().deserialize("cut", Arrays.copyOf(whole, length)))
        .isInstanceOf(SerializationException.class);
  }

  @Test
  void givenNoRegistry_whenMade_thenRefusedWithWhatToDo() {
    assertThatThrownBy(() -> new AvroSerdes(Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("schema.registry.url is missing: give");
    assertThatThrownBy(() -> AvroSerdes.forRegistry(" "))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** A second copy on the class path, as shaded jars bring along, would win or lose by chance. */
  @Test
  void givenTheClasspath_whenSearched_thenConfluentsSerdesAvroAndKafkaAreThereOnce()
      throws IOException {
    for (Class<?> type :
        List.of(
            KafkaAvroSerializer.class,
            KafkaAvroDeserializer.class,
            Schema.class,
            SerializationException.class)) {
      String resource = type.getName().replace('.', '/') + ".class";
      assertThat(Collections.list(type.getClassLoader().getResources(resource)))
          .as("places of %s", type.getName())
          .hasSize(1);
    }
    assertThat(serdes.value().deserializer().getClass().getName())
        .isEqualTo("io.confluent.kafka.serializers.KafkaAvroDeserializer");
  }
}
