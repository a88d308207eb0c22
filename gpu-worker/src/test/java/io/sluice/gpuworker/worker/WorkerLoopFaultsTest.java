package io.sluice.gpuworker.worker;

import static io.sluice.gpuworker.worker.Inputs.TOPICS;
import static io.sluice.gpuworker.worker.WorkerLoopFixture.FIRST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gpuworker.service.ServiceFailure;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;

/** Records that cannot be used become dead letters; other failures end the worker. */
class WorkerLoopFaultsTest {
  private final WorkerLoopFixture worker = new WorkerLoopFixture();

  @Test
  void givenPoisonAndTombstones_whenComputed_thenDeadLettersAndRetractionsAreCommitted() {
    worker.consumer.addRecord(worker.inputs.candidate(0, 0, "a", "Hello."));
    worker.consumer.addRecord(worker.inputs.candidate(0, 1, "json", Inputs.GARBAGE));
    worker.consumer.addRecord(worker.inputs.candidate(0, 2, "u", "unusable"));
    worker.consumer.addRecord(worker.inputs.candidate(0, 3, "a", (byte[]) null));
    worker.consumer.addRecord(worker.inputs.candidate(0, 4, "b", "Hello."));

    worker.computeAll();

    assertThat(worker.represented()).containsExactly("a", "b");
    assertThat(worker.retracted()).containsExactly("json", "u", "a");
    ProducerRecord<byte[], byte[]> letter = worker.letters().get(0);
    assertThat(letter.key()).isEqualTo("json".getBytes(StandardCharsets.UTF_8));
    assertThat(letter.value()).isEqualTo(Inputs.GARBAGE);
    assertThat(Outputs.header(letter, "sluice.reason")).contains("not Avro");
    assertThat(Outputs.header(letter, "sluice.topic")).isEqualTo(TOPICS.candidates());
    assertThat(Outputs.header(letter, "sluice.partition")).isEqualTo("0");
    assertThat(Outputs.header(letter, "sluice.offset")).isEqualTo("1");
    assertThat(Outputs.header(letter, "sluice.stage")).isEqualTo("represent");
    assertThat(worker.letters()).extracting(Outputs::key).containsExactly("json", "u");
    assertThat(worker.committed()).containsEntry(FIRST, 5L);
    WorkerProgress progress = worker.metrics.progress();
    assertThat(progress.candidatesSeen()).isEqualTo(5);
    assertThat(progress.represented()).isEqualTo(2);
    assertThat(progress.retracted()).isEqualTo(1);
    assertThat(progress.deadLettered()).isEqualTo(2);
  }

  @Test
  void givenARepresentedCandidate_whenItsNewContentCannotBeUsed_thenItsRepresentationIsRetracted() {
    worker.consumer.addRecord(worker.inputs.candidate(0, 0, "a", "Hello."));
    worker.consumer.addRecord(worker.inputs.candidate(0, 1, "b", "Hello."));
    worker.computeAll();
    worker.consumer.addRecord(worker.inputs.candidate(0, 2, "a", "unusable"));
    worker.consumer.addRecord(worker.inputs.candidate(0, 3, "b", Inputs.GARBAGE));

    worker.computeAll();

    assertThat(worker.outcomesInOrder())
        .containsExactly("a", "b", "a retracted", "b retracted", "a dead letter", "b dead letter");
    assertThat(worker.committed()).containsEntry(FIRST, 4L);
    assertThat(worker.metrics.progress().retracted()).as("by their senders").isZero();
  }

  @Test
  void givenContentsOfOneBatch_whenTheLastOneCanBeUsed_thenItIsPublishedLast() {
    worker.consumer.addRecord(worker.inputs.candidate(0, 0, "a", "unusable"));
    worker.consumer.addRecord(worker.inputs.candidate(0, 1, "a", "Hello."));

    worker.computeAll();

    assertThat(worker.outcomesInOrder()).containsExactly("a retracted", "a", "a dead letter");
  }

  @Test
  void givenARepresentedCandidate_whenItsNewRepresentationIsTooLarge_thenTheOldOneIsRetracted() {
    worker.consumer.addRecord(worker.inputs.candidate(0, 0, "a", "Hello."));
    worker.computeAll();
    refuseRepresentationsOf("a");
    worker.consumer.addRecord(worker.inputs.candidate(0, 1, "a", "Hello again."));

    worker.computeAll();

    assertThat(worker.outcomesInOrder()).containsExactly("a", "a retracted", "a dead letter");
  }

  @Test
  void givenARepresentationThatIsTooLarge_whenItsCandidateIsThenRetracted_thenThatIsNotRepeated() {
    refuseRepresentationsOf("a");
    worker.consumer.addRecord(worker.inputs.candidate(0, 0, "a", "Hello."));
    worker.consumer.addRecord(worker.inputs.candidate(0, 1, "a", (byte[]) null));

    worker.computeAll();

    assertThat(worker.outcomesInOrder()).containsExactly("a retracted", "a dead letter");
  }

  private void refuseRepresentationsOf(String id) {
    worker.producer.refusal =
        record ->
            record.topic().equals(TOPICS.representations())
                    && record.value() != null
                    && worker.outputs.representationKey(record).getCandidateId().equals(id)
                ? new RecordTooLargeException("9 MB are too many")
                : null;
  }

  @Test
  void givenARepresentationThatIsTooLarge_whenPublished_thenItsCandidateIsADeadLetter() {
    refuseRepresentationsOf("huge");
    worker.consumer.addRecord(worker.inputs.candidate(0, 0, "huge", "Hello."));
    worker.consumer.addRecord(worker.inputs.candidate(0, 1, "b", "Hello."));

    worker.computeAll();

    assertThat(worker.letters()).extracting(Outputs::key).containsExactly("huge");
    assertThat(Outputs.header(worker.letters().get(0), "sluice.reason"))
        .contains("9 MB are too many");
    assertThat(worker.represented()).containsExactly("b");
    assertThat(worker.metrics.progress().represented()).isEqualTo(1);
    assertThat(worker.committed()).containsEntry(FIRST, 2L);
  }

  @Test
  void givenADeadLetterThatIsTooLarge_whenPublished_thenOneWithoutValueNamesTheOriginal() {
    worker.producer.refusal =
        record ->
            record.topic().equals(TOPICS.deadLetters()) && record.value() != null
                ? new RecordTooLargeException("too large")
                : null;
    worker.consumer.addRecord(worker.inputs.candidate(0, 0, "json", Inputs.GARBAGE));

    worker.computeAll();

    assertThat(worker.letters())
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.value()).isNull();
              assertThat(Outputs.header(letter, "sluice.reason"))
                  .contains("not Avro")
                  .contains("left out");
              assertThat(Outputs.header(letter, "sluice.offset")).isEqualTo("0");
            });
  }

  @Test
  void givenAFatalProduceError_whenPublished_thenTheWorkerFailsAndCommitsNothing() {
    worker.producer.refusal = record -> new TopicAuthorizationException("not allowed");
    worker.consumer.addRecord(worker.inputs.candidate(0, 0, "a", "Hello."));
    worker.loop.turn();
    worker.compute();

    assertThatThrownBy(worker.loop::turn)
        .isInstanceOf(ServiceFailure.class)
        .hasMessageContaining("permissions");
    assertThat(worker.committed()).isEmpty();
  }

  @Test
  void givenABrokenRepresenter_whenComputed_thenTheWorkerFailsAndCommitsNothing() {
    worker.consumer.addRecord(worker.inputs.candidate(0, 0, "a", "broken"));
    worker.loop.turn();
    worker.compute();

    assertThatThrownBy(worker.loop::turn)
        .isInstanceOf(ServiceFailure.class)
        .hasMessageContaining("out of memory");
    assertThat(worker.committed()).isEmpty();
  }
}
