package io.sluice.gpuworker.worker;

import static io.sluice.gpuworker.worker.Inputs.TOPICS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.gpuworker.testing.FakeRepresenter;
import io.sluice.gpuworker.worker.Verdict.Meaning;
import io.sluice.gpuworker.worker.Verdict.Publish;
import io.sluice.gpuworker.worker.Verdict.Reject;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.Message;
import io.sluice.schemas.Representation;
import io.sluice.schemas.encoding.FeatureCodec;
import io.sluice.schemas.message.Candidates;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.KeyPartitions;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

class CandidateStageTest {
  private static final int PARTITIONS = 7;

  private final AvroSerdes serdes = AvroSerdes.forRegistry("mock://candidate-stage");
  private final Inputs inputs = new Inputs(serdes);
  private final Outputs outputs = new Outputs(serdes);
  private final WorkerMetrics metrics =
      new WorkerMetrics(new SimpleMeterRegistry(), System::nanoTime);
  private final CandidateStage stage =
      new CandidateStage(
          new RecordReader<>(Candidate.class, serdes),
          new FakeRepresenter(),
          new OutputRecords(TOPICS, topic -> PARTITIONS, serdes),
          "ours",
          FeatureEncoding.INT8,
          metrics);

  @Test
  void givenACandidate_whenDecided_thenItsRepresentationIsPublishedInTheCandidatesPartition() {
    Publish publish = published(inputs.candidate(0, 5, "c-1", "Hello."));

    assertThat(publish.meaning()).isEqualTo(Meaning.REPRESENTED);
    ProducerRecord<byte[], byte[]> record = publish.records().get(0);
    assertThat(record.topic()).isEqualTo(TOPICS.representations());
    assertThat(record.partition()).isEqualTo(KeyPartitions.partitionFor("c-1", PARTITIONS));
    assertThat(outputs.representationKey(record).getRepresentationId()).isEqualTo("ours");
    assertThat(outputs.representationKey(record).getCandidateId()).isEqualTo("c-1");
    Representation representation = outputs.representation(record);
    assertThat(representation.getRepresentationId()).isEqualTo("ours");
    assertThat(representation.getFingerprint()).isEqualTo("f00d");
    assertThat(representation.getEncoding()).isEqualTo(FeatureEncoding.INT8);
    assertThat(representation.getDimension()).isEqualTo(FakeRepresenter.DIMENSION);
    assertThat(representation.getCheckpoints()).isEqualTo(2);
    assertThat(representation.getTokens()).isEqualTo("Hello.".length());
    assertThat(representation.getLearntTokens()).isEqualTo("Hello.".length() - 1);
    assertThat(representation.getUncutTokens()).isEqualTo(2 * "Hello.".length());
    assertThat(representation.getCandidate()).isEqualTo(Inputs.candidate("c-1", "Hello."));
    assertThat(representation.getFeatures())
        .isEqualTo(FeatureCodec.encode(FeatureEncoding.INT8, FakeRepresenter.rows("c-1")));
  }

  @Test
  void givenATombstone_whenDecided_thenTheRepresentationIsRetracted() {
    Publish publish = published(inputs.candidate(0, 5, "c-1", (byte[]) null));

    assertThat(publish.meaning()).isEqualTo(Meaning.RETRACTED);
    ProducerRecord<byte[], byte[]> record = publish.records().get(0);
    assertThat(outputs.representationKey(record).getRepresentationId()).isEqualTo("ours");
    assertThat(outputs.representationKey(record).getCandidateId()).isEqualTo("c-1");
    assertThat(record.value()).isNull();
    assertThat(record.partition()).isEqualTo(KeyPartitions.partitionFor("c-1", PARTITIONS));
  }

  @Test
  void givenPoisonAmongGoodRecords_whenDecided_thenOnlyThePoisonIsRejectedAndTheOrderStays() {
    byte[] good = inputs.encoded(TOPICS.candidates(), Inputs.candidate("b", "Hello."));
    byte[] truncated = Arrays.copyOf(good, good.length - 3);
    byte[] unknownSchema = good.clone();
    unknownSchema[1] = 99;

    List<Verdict> verdicts =
        stage.decide(
            List.of(
                inputs.candidate(0, 0, "a", "Hello."),
                inputs.candidate(0, 1, "json", Inputs.GARBAGE),
                inputs.candidate(0, 2, "b", truncated),
                inputs.candidate(0, 3, "b", unknownSchema),
                inputs.candidate(0, 4, "b", new byte[0]),
                inputs.candidate(0, 5, "c", "unusable"),
                inputs.candidate(0, 6, "d", "zero"),
                inputs.candidate(0, 7, "e", "Hello.")));

    assertThat(verdicts)
        .extracting(verdict -> verdict.source().offset())
        .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L);
    assertThat(verdicts.get(0)).isInstanceOf(Publish.class);
    assertThat(verdicts.get(7)).isInstanceOf(Publish.class);
    assertThat(verdicts.subList(1, 7)).allMatch(verdict -> verdict instanceof Reject);
    assertThat(verdicts.subList(1, 7))
        .extracting(verdict -> ((Reject) verdict).reason())
        .satisfiesExactly(
            reason -> assertThat(reason).contains("not Avro"),
            reason -> assertThat(reason).contains("claims", "bytes"),
            reason -> assertThat(reason).contains("schema").contains("registry"),
            reason -> assertThat(reason).contains("not Avro"),
            reason -> assertThat(reason).contains("nothing is left to learn"),
            reason -> assertThat(reason).contains("zero"));
    assertThat(verdicts.subList(1, 7))
        .extracting(verdict -> ((Reject) verdict).fault())
        .containsExactly(
            Fault.UNREADABLE,
            Fault.UNREADABLE,
            Fault.UNREADABLE,
            Fault.UNREADABLE,
            Fault.UNREPRESENTABLE,
            Fault.UNREPRESENTABLE);
    Representation last = outputs.representation(((Publish) verdicts.get(7)).records().get(0));
    assertThat(last.getFeatures())
        .as("each outcome goes to its own candidate")
        .isEqualTo(FeatureCodec.encode(FeatureEncoding.INT8, FakeRepresenter.rows("e")));
    assertThat(metrics.progress().candidatesSeen()).isEqualTo(8);
  }

  @Test
  void givenOneIdSeveralTimesWithAnyLength_whenDecided_thenVerdictsKeepTheOrder() {
    List<Verdict> verdicts =
        stage.decide(
            List.of(
                inputs.candidate(0, 0, "a", "Short."),
                inputs.candidate(0, 1, "b", "Something in between."),
                inputs.candidate(0, 2, "a", "The longest of all of them, which is computed first."),
                inputs.candidate(0, 3, "a", (byte[]) null),
                inputs.candidate(0, 4, "a", "unusable"),
                inputs.candidate(0, 5, "a", "Of medium length.")));

    assertThat(verdicts)
        .extracting(verdict -> verdict.source().offset())
        .containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
    assertThat(said(verdicts.get(0))).isEqualTo("Short.");
    assertThat(said(verdicts.get(1))).isEqualTo("Something in between.");
    assertThat(said(verdicts.get(2))).startsWith("The longest");
    assertThat(((Publish) verdicts.get(3)).meaning()).isEqualTo(Meaning.RETRACTED);
    assertThat(verdicts.get(4)).isInstanceOf(Reject.class);
    assertThat(said(verdicts.get(5))).isEqualTo("Of medium length.");
  }

  /** The text of the published candidate, after a check that its vectors belong to that text. */
  private String said(Verdict verdict) {
    Representation representation = outputs.representation(((Publish) verdict).records().get(0));
    List<Message> messages = representation.getCandidate().getMessages();
    String said = messages.get(messages.size() - 1).getContent();
    assertThat(representation.getTokens()).isEqualTo(said.length());
    return said;
  }

  @Test
  void givenAKeyThatIsNotTheId_whenDecided_thenRejected() {
    byte[] value = inputs.encoded(TOPICS.candidates(), Inputs.candidate("a", "Hello."));

    assertThat(rejected(inputs.candidate(0, 0, "other", value))).contains("key").contains("id");
    assertThat(retracted(inputs.candidate(0, 0, "other", value)))
        .as("the last content under this key is unusable; the other candidate keeps its own")
        .containsExactly("other");
  }

  @Test
  void givenNoKey_whenDecided_thenRejected() {
    byte[] value = inputs.encoded(TOPICS.candidates(), Inputs.candidate("a", "Hello."));

    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>(TOPICS.candidates(), 0, 0, null, value);
    assertThat(rejected(record)).contains("no key");
    assertThat(retracted(record)).isEmpty();
  }

  @Test
  void givenAKeyThatIsNotText_whenDecided_thenATombstoneRetractsNothing() {
    byte[] key = {(byte) 0xff, (byte) 0xfe};

    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>(TOPICS.candidates(), 0, 0, key, null);
    assertThat(rejected(record)).contains("UTF-8");
    assertThat(retracted(record)).isEmpty();
  }

  @Test
  void givenContentThatCannotBeUsed_whenDecided_thenTheCandidatesRepresentationIsRetracted() {
    byte[] invalid =
        inputs.encoded(
            TOPICS.candidates(), Candidates.of("c", "", List.of(Messages.of("user", "Hi."))));

    assertThat(retracted(inputs.candidate(0, 0, "a", "unusable"))).containsExactly("a");
    assertThat(retracted(inputs.candidate(0, 0, "b", Inputs.GARBAGE))).containsExactly("b");
    assertThat(retracted(inputs.candidate(0, 0, "c", invalid))).containsExactly("c");
    assertThat(retracted(inputs.candidate(0, 0, "d", "zero"))).containsExactly("d");
  }

  @Test
  void givenAKeyThatCannotBeAnId_whenDecided_thenNothingIsRetracted() {
    assertThat(retracted(inputs.candidate(0, 0, "x".repeat(300), Inputs.GARBAGE))).isEmpty();
  }

  @Test
  void givenACandidateThatBreaksTheContract_whenDecided_thenRejectedWithEveryProblem() {
    Candidate wrong =
        Candidates.of("a", "", List.of(Messages.of("robot", "Hi."), Messages.of("user", "Hi.")));

    assertThat(rejected(inputs.candidate(0, 0, "a", inputs.encoded(TOPICS.candidates(), wrong))))
        .contains("robot")
        .contains("nothing to learn");
  }

  @Test
  void givenAnotherKindOfRecord_whenDecided_thenRejectedByName() {
    byte[] task =
        inputs.encoded(TOPICS.candidates(), Messages.of("user", "A message is no candidate."));

    assertThat(rejected(inputs.candidate(0, 0, "t", task)))
        .contains("Message")
        .contains("Candidate");
  }

  @Test
  void givenABrokenRepresenter_whenDecided_thenTheFailureIsNotTheRecords() {
    assertThatThrownBy(() -> stage.decide(List.of(inputs.candidate(0, 0, "a", "broken"))))
        .isInstanceOf(IllegalStateException.class);
  }

  private Publish published(ConsumerRecord<byte[], byte[]> record) {
    List<Verdict> verdicts = stage.decide(List.of(record));
    assertThat(verdicts).singleElement().isInstanceOf(Publish.class);
    return (Publish) verdicts.get(0);
  }

  /** The ids of the candidates whose representations a rejected record retracts. */
  private List<String> retracted(ConsumerRecord<byte[], byte[]> record) {
    List<Verdict> verdicts = stage.decide(List.of(record));
    assertThat(verdicts).singleElement().isInstanceOf(Reject.class);
    List<ProducerRecord<byte[], byte[]>> records = verdicts.get(0).records();
    assertThat(records)
        .allSatisfy(
            each -> {
              assertThat(each.topic()).isEqualTo(TOPICS.representations());
              assertThat(each.value()).isNull();
              assertThat(outputs.representationKey(each).getRepresentationId()).isEqualTo("ours");
            });
    return records.stream().map(each -> outputs.representationKey(each).getCandidateId()).toList();
  }

  private String rejected(ConsumerRecord<byte[], byte[]> record) {
    List<Verdict> verdicts = stage.decide(List.of(record));
    assertThat(verdicts).singleElement().isInstanceOf(Reject.class);
    return ((Reject) verdicts.get(0)).reason();
  }
}
