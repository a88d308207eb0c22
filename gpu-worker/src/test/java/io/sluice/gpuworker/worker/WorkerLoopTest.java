package io.sluice.gpuworker.worker;

import static io.sluice.gpuworker.worker.Inputs.TOPICS;
import static io.sluice.gpuworker.worker.WorkerLoopFixture.BATCH;
import static io.sluice.gpuworker.worker.WorkerLoopFixture.FIRST;
import static io.sluice.gpuworker.worker.WorkerLoopFixture.SECOND;
import static io.sluice.gpuworker.worker.WorkerLoopFixture.TASKS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** Which batches the loop starts, publishes and commits, and in which order. */
class WorkerLoopTest {
  private final WorkerLoopFixture worker = new WorkerLoopFixture();

  @Test
  void givenCandidates_whenTheirBatchIsComputed_thenPublishedAndThenCommitted() {
    worker.consumer.addRecord(worker.inputs.candidate(0, 0, "a", "Hello."));
    worker.consumer.addRecord(worker.inputs.candidate(0, 1, "b", "Hello."));
    worker.consumer.addRecord(worker.inputs.candidate(1, 0, "c", "Hello."));

    worker.loop.turn();
    assertThat(worker.producer.history()).isEmpty();
    assertThat(worker.committed()).isEmpty();

    worker.compute();
    worker.loop.turn();
    assertThat(worker.represented()).containsExactlyInAnyOrder("a", "b", "c");
    assertThat(worker.committed())
        .containsExactlyInAnyOrderEntriesOf(Map.of(FIRST, 2L, SECOND, 1L));
  }

  @Test
  void givenASlowBatch_whenMoreArrives_thenPollingContinuesAndTwoMoreBatchesAreFetched() {
    arrive(0, 1);
    worker.loop.turn();
    for (int i = 1; i <= 2 * BATCH; i++) {
      arrive(i, 1);
      worker.loop.turn();
    }
    arrive(2 * BATCH + 1, 1);
    int before = worker.consumer.polls;
    for (int i = 0; i < 20; i++) {
      worker.loop.turn();
    }

    assertThat(worker.consumer.polls - before).isEqualTo(20);
    assertThat(worker.consumer.paused()).contains(FIRST, SECOND).doesNotContain(TASKS);
    assertThat(worker.consumer.position(FIRST))
        .as("nothing beyond that is fetched")
        .isEqualTo(2 * BATCH + 1);
    assertThat(worker.begun()).as("one batch is computed at a time").isEqualTo(1);
    assertThat(worker.committed()).isEmpty();

    worker.computeAll();
    assertThat(worker.represented()).containsExactlyElementsOf(ids(2 * BATCH + 2));
    assertThat(worker.committed()).containsEntry(FIRST, 2L * BATCH + 2);
  }

  @Test
  void givenPollsOfOneRecord_whenABatchIsDone_thenTheNextHoldsAllThatWait() {
    for (int i = 0; i <= BATCH + 1; i++) {
      arrive(i, 1);
      worker.loop.turn();
    }
    worker.compute();
    worker.loop.turn();
    assertThat(worker.represented()).containsExactly("c0");

    worker.compute();
    worker.loop.turn();
    assertThat(worker.represented()).containsExactlyElementsOf(ids(BATCH + 1));
  }

  @Test
  void givenAPollOfManyRecords_whenComputed_thenNoBatchExceedsItsLimit() {
    arrive(0, 2 * BATCH + 1);
    worker.loop.turn();

    worker.compute();
    worker.loop.turn();
    assertThat(worker.represented()).containsExactlyElementsOf(ids(BATCH));
    worker.compute();
    worker.loop.turn();
    assertThat(worker.represented()).containsExactlyElementsOf(ids(2 * BATCH));
    worker.computeAll();
    assertThat(worker.represented()).containsExactlyElementsOf(ids(2 * BATCH + 1));
  }

  @Test
  void givenCandidatesThatWait_whenABatchIsPublished_thenTheNextIsAlreadyBegun() {
    arrive(0, 2 * BATCH);
    worker.loop.turn();
    worker.compute();
    List<Integer> begunWhenPublished = new ArrayList<>();
    worker.producer.refusal =
        record -> {
          begunWhenPublished.add(worker.begun());
          return null;
        };

    worker.loop.turn();

    assertThat(begunWhenPublished).containsExactly(1, 1, 1);
  }

  @Test
  void givenATaskAndItsNextRevision_whenTheFirstIsDone_thenTheNextBeginsOnceItIsPublished() {
    worker.consumer.addRecord(worker.inputs.task(0, Inputs.task("maths", 1, "One.", "Two.")));
    worker.loop.turn();
    worker.consumer.addRecord(worker.inputs.task(1, Inputs.task("maths", 2, "One.")));
    worker.loop.turn();
    worker.compute();
    List<Integer> begunWhenPublished = new ArrayList<>();
    worker.producer.refusal =
        record -> {
          begunWhenPublished.add(worker.begun());
          return null;
        };

    worker.loop.turn();

    assertThat(begunWhenPublished).containsExactly(0, 0);
    assertThat(worker.begun()).isEqualTo(1);
  }

  @Test
  void givenATaskWhileCandidatesWait_whenTheCurrentBatchIsDone_thenTheTaskGoesFirst() {
    worker.consumer.addRecord(worker.inputs.candidate(0, 0, "a", "Hello."));
    worker.loop.turn();
    worker.consumer.addRecord(worker.inputs.candidate(0, 1, "b", "Hello."));
    worker.loop.turn();
    worker.consumer.addRecord(worker.inputs.task(0, Inputs.task("maths", 1, "One.", "Two.")));
    worker.loop.turn();

    worker.computeAll();

    assertThat(worker.producer.history())
        .extracting(ProducerRecord::topic)
        .containsExactly(
            TOPICS.representations(),
            TOPICS.queryRepresentations(),
            TOPICS.queryRepresentations(),
            TOPICS.representations());
    assertThat(worker.committed()).containsEntry(TASKS, 1L).containsEntry(FIRST, 2L);
    assertThat(worker.metrics.progress().tasksRepresented()).isEqualTo(1);
  }

  @Test
  void givenACandidateInTheCurrentBatch_whenRetractedAndSentAgain_thenTheNewestIsPublishedLast() {
    worker.consumer.addRecord(worker.inputs.candidate(0, 0, "a", "The first, which is longest."));
    worker.loop.turn();
    worker.consumer.addRecord(worker.inputs.candidate(0, 1, "a", (byte[]) null));
    worker.loop.turn();
    worker.consumer.addRecord(worker.inputs.candidate(0, 2, "b", "Another one."));
    worker.consumer.addRecord(worker.inputs.candidate(0, 3, "a", "Again."));
    worker.loop.turn();
    worker.consumer.addRecord(worker.inputs.candidate(0, 4, "b", (byte[]) null));
    worker.computeAll();

    assertThat(worker.producer.history())
        .extracting(
            answer ->
                worker.outputs.representationKey(answer).getCandidateId()
                    + (answer.value() == null ? " retracted" : ""))
        .containsExactly("a", "a retracted", "b", "a", "b retracted");
    assertThat(worker.committed()).containsEntry(FIRST, 5L);
  }

  @Test
  void givenACurrentBatch_whenOneOfItsPartitionsIsRevoked_thenOnlyTheRestIsPublished() {
    worker.consumer.addRecord(worker.inputs.candidate(0, 0, "mine", "Hello."));
    worker.consumer.addRecord(worker.inputs.candidate(1, 0, "gone", "Hello."));
    worker.loop.turn();
    worker.consumer.addRecord(worker.inputs.candidate(1, 1, "gone too", "Hello."));
    worker.loop.turn();

    worker.consumer.rebalance(List.of(FIRST, TASKS));
    worker.computeAll();

    assertThat(worker.represented()).containsExactly("mine");
    assertThat(worker.committed()).containsExactlyEntriesOf(Map.of(FIRST, 1L));
  }

  @Test
  void givenARebalanceDuringACommit_whenPolledAgain_thenTheCommitIsRetried() {
    worker.consumer.addRecord(worker.inputs.candidate(0, 0, "a", "Hello."));
    worker.loop.turn();
    worker.compute();
    worker.consumer.failNextCommit = true;
    worker.loop.turn();
    assertThat(worker.represented()).containsExactly("a");
    assertThat(worker.committed()).isEmpty();

    worker.loop.turn();
    assertThat(worker.committed()).containsEntry(FIRST, 1L);
  }

  @Test
  void givenACurrentBatchAndAnotherWaiting_whenFinished_thenOnlyTheCurrentOneIsPublished() {
    worker.consumer.addRecord(worker.inputs.candidate(0, 0, "in hand", "Hello."));
    worker.loop.turn();
    worker.consumer.addRecord(worker.inputs.candidate(0, 1, "waiting", "Hello."));
    worker.loop.turn();
    worker.consumer.schedulePollTask(() -> {});
    worker.consumer.schedulePollTask(worker::compute);

    worker.loop.finish();

    assertThat(worker.represented()).containsExactly("in hand");
    assertThat(worker.committed()).containsExactlyEntriesOf(Map.of(FIRST, 1L));
  }

  private void arrive(int from, int count) {
    for (int i = from; i < from + count; i++) {
      worker.consumer.addRecord(worker.inputs.candidate(0, i, "c" + i, "Hello."));
    }
  }

  private static List<String> ids(int count) {
    return IntStream.range(0, count).mapToObj(i -> "c" + i).toList();
  }
}
