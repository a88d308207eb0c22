package io.sluice.gpuworker.worker;

import static io.sluice.gpuworker.worker.Inputs.TOPICS;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.gpuworker.testing.FakeRepresenter;
import io.sluice.gpuworker.worker.Verdict.Meaning;
import io.sluice.gpuworker.worker.Verdict.Publish;
import io.sluice.gpuworker.worker.Verdict.Reject;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskArm;
import io.sluice.schemas.encoding.FeatureCodec;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.KeyPartitions;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

class TaskStageTest {
  private static final int PARTITIONS = 3;

  private final AvroSerdes serdes = AvroSerdes.forRegistry("mock://task-stage");
  private final Inputs inputs = new Inputs(serdes);
  private final Outputs outputs = new Outputs(serdes);
  private final List<QueryRepresentationKey> published = new ArrayList<>();
  private OptionalInt putAgain = OptionalInt.empty();
  private final TaskStage stage =
      new TaskStage(
          new RecordReader<>(TargetTask.class, serdes),
          new FakeRepresenter(),
          new OutputRecords(TOPICS, topic -> PARTITIONS, serdes),
          taskId -> published,
          (taskId, removal) -> putAgain,
          "default",
          new WorkerMetrics(new SimpleMeterRegistry(), System::nanoTime));

  @Test
  void givenATask_whenDecided_thenOneQueryRepresentationPerQueryInOnePartition() {
    Publish publish = published(inputs.task(0, Inputs.task("maths", 2, "One.", "Two.", "Three.")));

    assertThat(publish.meaning()).isEqualTo(Meaning.TASK_REPRESENTED);
    assertThat(publish.records()).hasSize(3);
    for (int i = 0; i < 3; i++) {
      ProducerRecord<byte[], byte[]> record = publish.records().get(i);
      assertThat(record.topic()).isEqualTo(TOPICS.queryRepresentations());
      assertThat(record.partition()).isEqualTo(KeyPartitions.partitionFor("maths", PARTITIONS));
      assertThat(outputs.queryKey(record).getTaskId()).isEqualTo("maths");
      assertThat(outputs.queryKey(record).getRevision()).isEqualTo(2);
      assertThat(outputs.queryKey(record).getQueryIndex()).isEqualTo(i);
      QueryRepresentation query = outputs.query(record);
      assertThat(query.getRepresentationId()).isEqualTo("default");
      assertThat(query.getFingerprint()).isEqualTo("f00d");
      assertThat(query.getTextForm()).isEqualTo(FakeRepresenter.TEXT_FORM);
      assertThat(query.getTokenizer()).isEqualTo(FakeRepresenter.TOKENIZER);
      assertThat(query.getDimension()).isEqualTo(FakeRepresenter.DIMENSION);
      assertThat(query.getCheckpointWeights()).containsExactly(0.75f, 0.25f);
      for (int checkpoint = 0; checkpoint < 2; checkpoint++) {
        float[] row = new float[FakeRepresenter.DIMENSION];
        FeatureCodec.decodeRow(FeatureEncoding.FLOAT32, query.getFeatures(), checkpoint, row);
        assertThat(row).containsExactly(FakeRepresenter.rows("q" + i)[checkpoint]);
      }
    }
  }

  @Test
  void givenATaskOfAnotherRepresentation_whenDecided_thenNothingIsPublished() {
    Publish publish = published(inputs.task(0, Inputs.taskFor("other", "maths", 1, "One.")));

    assertThat(publish.records()).isEmpty();
    assertThat(publish.meaning()).isEqualTo(Meaning.TASK_PASSED);
  }

  @Test
  void givenATaskWithAnArmOfThisRepresentation_whenDecided_thenItsCompanionIsRepresented() {
    published.addAll(List.of(key(1, 0), new QueryRepresentationKey("maths@here", 1, 0)));
    String here = Inputs.task("maths", 2, "One.").getRepresentationId();
    TargetTask task =
        TargetTask.newBuilder(Inputs.taskFor("other", "maths", 2, "One.", "Two."))
            .setArms(List.of(new TaskArm("here", here, "round-robin")))
            .build();

    Publish publish = published(inputs.task(0, task));

    assertThat(publish.records())
        .extracting(outputs::queryKey)
        .containsExactly(
            new QueryRepresentationKey("maths@" + here, 2, 0),
            new QueryRepresentationKey("maths@" + here, 2, 1),
            key(1, 0),
            new QueryRepresentationKey("maths@here", 1, 0));
    assertThat(publish.records())
        .extracting(ProducerRecord::partition)
        .as("companions are in the partition of their task")
        .containsOnly(KeyPartitions.partitionFor("maths", PARTITIONS));
    assertThat(publish.meaning()).isEqualTo(Meaning.TASK_REPRESENTED);
  }

  @Test
  void givenARemovedTask_whenDecided_thenNothingIsRepresented() {
    Publish publish = published(Inputs.record(TOPICS.targetTasks(), 0, 0, "maths", null));

    assertThat(publish.records()).isEmpty();
  }

  @Test
  void givenEarlierRevisions_whenATaskIsReplaced_thenTheyAreRetractedAfterItsOwnQueries() {
    published.addAll(List.of(key(1, 0), key(2, 0), key(2, 1), key(3, 0), key(4, 0)));

    Publish publish = published(inputs.task(0, Inputs.task("maths", 3, "One.")));

    assertThat(publish.records())
        .extracting(record -> record.value() == null)
        .containsExactly(false, true, true, true);
    assertThat(publish.records())
        .extracting(outputs::queryKey)
        .containsExactly(key(3, 0), key(1, 0), key(2, 0), key(2, 1));
    assertThat(publish.records())
        .extracting(ProducerRecord::partition)
        .containsOnly(KeyPartitions.partitionFor("maths", PARTITIONS));
  }

  @Test
  void givenEarlierRevisions_whenTheTaskMovesToAnotherRepresentation_thenTheyAreRetracted() {
    published.addAll(List.of(key(1, 0), key(2, 0)));

    Publish publish = published(inputs.task(0, Inputs.taskFor("other", "maths", 2, "One.")));

    assertThat(publish.records()).extracting(outputs::queryKey).containsExactly(key(1, 0));
    assertThat(publish.records()).allMatch(record -> record.value() == null);
  }

  @Test
  void givenPublishedQueries_whenTheTaskIsRemoved_thenAllAreRetracted() {
    published.addAll(List.of(key(1, 0), key(7, 0)));

    Publish publish = published(Inputs.record(TOPICS.targetTasks(), 0, 0, "maths", null));

    assertThat(publish.records())
        .extracting(outputs::queryKey)
        .containsExactly(key(1, 0), key(7, 0));
    assertThat(publish.records()).allMatch(record -> record.value() == null);
  }

  /** Workers of another representation may be faster than these. */
  @Test
  void givenARemovedTaskThatWasPutAgain_whenDecided_thenTheQueriesOfItsNewRevisionStay() {
    published.addAll(List.of(key(1, 0), key(7, 0), key(8, 0), key(9, 0)));
    putAgain = OptionalInt.of(8);

    Publish publish = published(Inputs.record(TOPICS.targetTasks(), 0, 0, "maths", null));

    assertThat(publish.records())
        .extracting(outputs::queryKey)
        .containsExactly(key(1, 0), key(7, 0));
  }

  @Test
  void givenTwoRevisionsTogether_whenDecided_thenOnlyTheLastIsRepresented() {
    List<Verdict> verdicts =
        stage.decide(
            List.of(
                inputs.task(0, Inputs.task("maths", 1, "One.", "Two.")),
                inputs.task(1, Inputs.task("physics", 1, "One.")),
                inputs.task(2, Inputs.task("maths", 2, "One."))));

    assertThat(verdicts)
        .extracting(verdict -> ((Publish) verdict).records().size())
        .containsExactly(0, 1, 1);
  }

  @Test
  void givenOneUnusableQuery_whenDecided_thenTheWholeTaskIsRejectedAndTheQueryNamed() {
    assertThat(rejected(inputs.task(0, Inputs.task("maths", 1, "One.", "unusable", "Three."))))
        .contains("query 2")
        .contains("q1")
        .contains("nothing is left to learn");
    assertThat(rejected(inputs.task(0, Inputs.task("maths", 1, "zero")))).contains("query 1");
  }

  @Test
  void givenATaskThatBreaksTheContract_whenDecided_thenRejectedWithItsProblems() {
    assertThat(rejected(inputs.task(0, Inputs.task("maths", 1)))).contains("0 queries");
    assertThat(rejected(inputs.task(0, Inputs.task("maths", 0, "One.")))).contains("revision");
  }

  @Test
  void givenAKeyThatIsNotTheTaskId_whenDecided_thenRejected() {
    byte[] value = inputs.encoded(TOPICS.targetTasks(), Inputs.task("maths", 1, "One."));

    assertThat(rejected(Inputs.record(TOPICS.targetTasks(), 0, 0, "physics", value)))
        .contains("key");
  }

  @Test
  void givenPoison_whenDecided_thenRejected() {
    assertThat(rejected(Inputs.record(TOPICS.targetTasks(), 0, 0, "maths", Inputs.GARBAGE)))
        .contains("not Avro");
  }

  private static QueryRepresentationKey key(int revision, int index) {
    return new QueryRepresentationKey("maths", revision, index);
  }

  private Publish published(ConsumerRecord<byte[], byte[]> record) {
    List<Verdict> verdicts = stage.decide(List.of(record));
    assertThat(verdicts).singleElement().isInstanceOf(Publish.class);
    return (Publish) verdicts.get(0);
  }

  private String rejected(ConsumerRecord<byte[], byte[]> record) {
    List<Verdict> verdicts = stage.decide(List.of(record));
    assertThat(verdicts).singleElement().isInstanceOf(Reject.class);
    return ((Reject) verdicts.get(0)).reason();
  }
}
