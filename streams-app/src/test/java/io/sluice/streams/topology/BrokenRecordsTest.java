package io.sluice.streams.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.Representation;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.message.Candidates;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.topic.Topics;
import io.sluice.streams.Examples;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Unusable records become dead letters and have no other effect. */
class BrokenRecordsTest {
  private static final Topics TOPICS = Topics.withDefaultPrefix();

  @TempDir(factory = StateInMemory.class)
  Path state;

  private TopologyOracle oracle;
  private TopologyFixture topology;

  @BeforeEach
  void start() {
    oracle = new TopologyOracle(state);
    topology = oracle.topology;
  }

  @AfterEach
  void stop() {
    oracle.close();
  }

  @Test
  void givenVectorsWhoseProductIsNoNumber_whenTheyArrive_thenDeadLettersAndTheStreamContinues() {
    float[] huge = new float[8];
    Arrays.fill(huge, 1e38f);
    float[] large = new float[8];
    Arrays.fill(large, 1e17f);
    TargetTask unusable = Examples.task("huge", 1, 1, 5);
    topology.define(unusable);
    topology.represent(
        QueryRepresentation.newBuilder(Examples.query(unusable, 0, Examples.vector(new Random(95))))
            .setFeatures(encoded(huge))
            .build());
    TargetTask task = oracle.givenTask(Examples.task("t", 1, 2, 5), 96);
    topology.arrive("small", new float[] {24, 24, 24, 24, 24, 24, 24, 24});
    topology.arrive(
        Representation.newBuilder(Examples.representation("large", Examples.vector(new Random(97))))
            .setEncoding(FeatureEncoding.FLOAT32)
            .setFeatures(encoded(large))
            .build());
    topology.remove("huge");
    topology.settle();

    assertThat(topology.deadLetterReasons())
        .hasSize(2)
        .anySatisfy(reason -> assertThat(reason).contains("query 0 of task 'huge'", "add up to"))
        .anySatisfy(reason -> assertThat(reason).contains("'large'", "has a norm of"));
    assertThat(topology.subset(task.getTaskId())).containsOnlyKeys("small");
  }

  private static ByteBuffer encoded(float[] vector) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * vector.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : vector) {
      bytes.putFloat(value);
    }
    return bytes.flip().order(ByteOrder.BIG_ENDIAN);
  }

  @Test
  void
      givenUndecodableAndInvalidRecords_whenTheyArrive_thenEachIsADeadLetterAndTheStreamContinues() {
    TargetTask task = oracle.givenTask(Examples.task("t", 1, 2, 5), 91);

    topology.arriveUndecodable(bytes("key"), bytes("not avro"));
    topology.arrive(Examples.representation("wrong-shape", sixteenOnes(), Examples.FINGERPRINT));
    topology.arrive(
        Examples.representation(
            "other-fingerprint", Examples.vector(new Random(92)), "fingerprint-2"));
    topology.arrive(
        Representation.newBuilder(
                Examples.representation("infinite", Examples.vector(new Random(94))))
            .setFeatures(notANumber())
            .build());
    topology.define(Examples.task("unsorted", 1, 2, 9, 3));
    oracle.arrivals(20, 93);
    topology.settle();

    assertThat(topology.deadLetterReasons())
        .hasSize(5)
        .anyMatch(reason -> reason.contains("RepresentationKey"))
        .anyMatch(reason -> reason.contains("shape [1, 16]"))
        .anyMatch(reason -> reason.contains("fingerprint-2"))
        .anyMatch(reason -> reason.contains("not finite"))
        .anyMatch(reason -> reason.contains("budget 3 follows 9"));
    oracle.assertSubsetIsBatch(task);
  }

  @Test
  void givenTruncatedBytes_whenTheyArrive_thenEachIsADeadLetterAndTheStreamContinues() {
    TargetTask task = oracle.givenTask(Examples.task("t", 1, 2, 5), 121);

    topology.arriveUndecodable(new byte[0], bytes("value"));
    topology.arriveUndecodable(new byte[] {0, 0}, new byte[0]);
    topology.arriveUndecodable(new byte[] {0, 0, 0, 0, 1}, null);
    oracle.arrivals(20, 122);
    topology.settle();

    assertThat(topology.deadLetterReasons())
        .hasSize(3)
        .allMatch(reason -> reason.startsWith("not a readable RepresentationKey"));
    oracle.assertSubsetIsBatch(task);
  }

  @Test
  void givenRecordsOfAnotherType_whenTheyArriveOnAnyTopic_thenTheStreamContinues() {
    TargetTask task = oracle.givenTask(Examples.task("t", 1, 2, 5), 131);

    topology.sendEverywhere(Examples.candidate("stray"));
    oracle.arrivals(20, 132);
    topology.settle();

    // The test driver does not show dead letters of records that fail before they reach the
    // topology.
    assertThat(topology.deadLetterReasons())
        .containsExactlyInAnyOrder(
            "not a readable Representation: the value is a Candidate, not a Representation",
            "not a readable RepresentationKey: the value is a Candidate, not a RepresentationKey");
    oracle.assertSubsetIsBatch(task);
  }

  @Test
  void givenACandidateThatLeavesNoRoomForItsScores_whenItArrives_thenItIsADeadLetter() {
    TargetTask task = oracle.givenTask(Examples.task("t", 1, 2, 5), 151);
    Candidate vast =
        Candidates.of(
            "vast",
            "test",
            List.of(
                Messages.of("user", "ask"),
                Messages.of("assistant", "a".repeat((1 << 20) - 1024))));

    topology.arrive(
        Representation.newBuilder(Examples.representation("vast", Examples.vector(new Random(152))))
            .setCandidate(vast)
            .build());
    oracle.arrivals(20, 153);
    topology.settle();

    assertThat(topology.deadLetterReasons())
        .singleElement()
        .asString()
        .contains("candidate 'vast'", "record.max.bytes (1048576)");
    oracle.assertSubsetIsBatch(task);
  }

  @Test
  void givenASelectedCandidate_whenItsNewMetadataLeavesNoRoomForScores_thenItIsADeadLetter() {
    TargetTask task = oracle.givenTask(Examples.task("t", 1, 2, 5), 154);
    String text = "a".repeat((1 << 20) - 4096);
    Representation large =
        Representation.newBuilder(
                Examples.representation("large", Examples.vector(new Random(155))))
            .setCandidate(
                Candidates.of(
                    "large",
                    "test",
                    List.of(Messages.of("user", "ask"), Messages.of("assistant", text))))
            .build();
    topology.arrive(large);
    topology.settle();
    assertThat(topology.subset("t")).containsKey("large");

    topology.arrive(
        Examples.withMetadata(
            large, Map.of("a", "a".repeat(1024), "b", "b".repeat(1024), "c", "c".repeat(1024))));
    oracle.arrivals(20, 156);
    topology.settle();

    assertThat(topology.deadLetterReasons())
        .singleElement()
        .asString()
        .contains("candidate 'large'", "record.max.bytes (1048576)");
    oracle.assertSubsetIsBatch(task);
  }

  @Test
  void givenABrokenRecordAsLargeAsRecordsMayBe_whenItArrives_thenTheDeadLetterHasNoValue() {
    topology.arriveUndecodable(bytes("key"), new byte[1 << 20]);

    assertThat(topology.deadLetterReasons())
        .singleElement()
        .asString()
        .contains("not a readable RepresentationKey", "1048576 bytes", "left out");
  }

  @Test
  void givenShapesAndNumbersOutOfRange_whenTheyArrive_thenEachIsADeadLetter() {
    TargetTask broken = Examples.task("broken", 1, 1, 5);
    topology.define(broken);
    QueryRepresentation query = Examples.query(broken, 0, Examples.vector(new Random(141)));
    topology.represent(
        QueryRepresentation.newBuilder(query)
            .setDimension(1 << 30)
            .setFeatures(ByteBuffer.allocate(0))
            .build());
    topology.represent(QueryRepresentation.newBuilder(query).setFeatures(notANumber()).build());
    topology.represent(
        QueryRepresentation.newBuilder(query).setCheckpointWeights(List.of(Float.NaN)).build());
    topology.represent(QueryRepresentation.newBuilder(query).setQueryIndex(-1).build());
    topology.represent(QueryRepresentation.newBuilder(query).setQueryIndex(1 << 30).build());
    topology.represent(
        QueryRepresentation.newBuilder(query).setFingerprint("f".repeat(1 << 19)).build());
    topology.represent(QueryRepresentation.newBuilder(query).setTextForm("x".repeat(257)).build());
    topology.arrive(
        Representation.newBuilder(Examples.representation("vast", Examples.vector(new Random(142))))
            .setDimension(Integer.MAX_VALUE)
            .build());
    TargetTask task = oracle.givenTask(Examples.task("t", 1, 2, 5), 143);
    oracle.arrivals(20, 144);
    topology.settle();

    assertThat(topology.deadLetterReasons())
        .hasSize(8)
        .anyMatch(reason -> reason.contains("a fingerprint of 524288 characters"))
        .anyMatch(reason -> reason.contains("a text form of 257 characters"))
        .anyMatch(reason -> reason.contains("query -1 of task 'broken'"))
        .anyMatch(reason -> reason.contains("at most 1073741824 values"))
        .anyMatch(reason -> reason.contains("0 feature bytes for shape [1, 1073741824]"))
        .anyMatch(reason -> reason.contains("weight that is not finite"))
        .anyMatch(reason -> reason.contains("shape [1, 2147483647]"));
    oracle.assertSubsetIsBatch(task);
  }

  @Test
  void givenUnusableRecordsInTheStoredPool_whenATaskIsDefinedLater_thenTheOthersAreScored() {
    topology.arriveUndecodable(bytes("key"), bytes("not avro"));
    oracle.arrivals(20, 101);

    TargetTask task = oracle.givenTask(Examples.task("t", 1, 2, 5), 102);
    topology.settle();

    oracle.assertSubsetIsBatch(task);
  }

  @Test
  void givenAnActiveTask_whenItsQueriesHaveAnotherFingerprint_thenTheyAreRefused() {
    TargetTask task = oracle.givenTask(Examples.task("t", 1, 1, 5), 111);
    oracle.arrivals(10, 112);

    topology.represent(
        QueryRepresentation.newBuilder(Examples.query(task, 0, Examples.vector(new Random(113))))
            .setFingerprint("fingerprint-2")
            .build());
    topology.settle();

    assertThat(topology.deadLetterReasons()).singleElement().asString().contains("fingerprint-2");
    oracle.assertSubsetIsBatch(task);
  }

  @Test
  void givenStatusesAndResultsUnderTheKeyOfAnother_whenTheyArrive_thenEachIsADeadLetter() {
    TargetTask task = oracle.givenTask(Examples.task("t", 1, 2, 5), 161);
    FineTuneResult result =
        FineTuneResult.newBuilder()
            .setJobId("job")
            .setTaskId("t")
            .setState(FineTuneState.FINISHED)
            .build();

    topology.settle();
    send(TOPICS.taskStatus(), "s", topology.status().get("t"));
    send(TOPICS.fineTuneResults(), "other", result);
    oracle.arrivals(20, 162);
    topology.settle();

    assertThat(topology.deadLetterReasons())
        .containsExactlyInAnyOrder(
            "key and value name different target tasks",
            "key and value name different fine-tune jobs");
    oracle.assertSubsetIsBatch(task);
  }

  private void send(String topic, String key, SpecificRecord value) {
    topology.sendBytes(topic, bytes(key), topology.encoded(topic, value));
  }

  private static float[] sixteenOnes() {
    float[] vector = new float[16];
    Arrays.fill(vector, 1);
    return vector;
  }

  private static ByteBuffer notANumber() {
    ByteBuffer features =
        ByteBuffer.allocate(4 * Examples.DIMENSION).order(ByteOrder.LITTLE_ENDIAN);
    return features.putFloat(0, Float.NaN);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
