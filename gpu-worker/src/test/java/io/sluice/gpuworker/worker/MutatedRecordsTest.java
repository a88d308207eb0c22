package io.sluice.gpuworker.worker;

import static io.sluice.gpuworker.worker.Inputs.TOPICS;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.TargetTask;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.serde.ValueReader;
import io.sluice.schemas.testing.Mutations;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever bytes the topics hold, each record has one result, and the worker continues. */
@Tag("mutation")
class MutatedRecordsTest {
  private static final int RECORDS_PER_WORKER = 50;

  /** Of the registry that the workers of {@link WorkerLoopFixture} use. */
  private final ValueReader<TargetTask> tasks =
      AvroSerdes.forRegistry("mock://worker-loop").valueReader(TargetTask.class);

  @Test
  void givenMutatedCandidates_whenRead_thenEachIsRepresentedOrADeadLetterOnce() {
    Random random = new Random(191);
    int letters = 0;
    int count = Mutations.perTopic(500);
    for (int done = 0; done < count; done += RECORDS_PER_WORKER) {
      WorkerLoopFixture worker = new WorkerLoopFixture();
      List<String> good = new ArrayList<>();
      for (int i = 0; i < RECORDS_PER_WORKER; i++) {
        String id = "m-" + i;
        byte[] value = worker.inputs.encoded(TOPICS.candidates(), Inputs.candidate(id, "Hello."));
        if (i % 10 == 0) {
          good.add(id);
        } else {
          value = Mutations.mutate(value, random);
        }
        worker.consumer.addRecord(worker.inputs.candidate(0, i, id, value));
      }

      worker.computeAll();

      Map<String, Integer> results = new HashMap<>();
      List<String> represented = worker.represented();
      represented.forEach(id -> results.merge(id, 1, Integer::sum));
      worker.letters().forEach(letter -> results.merge(Outputs.key(letter), 1, Integer::sum));
      assertThat(results)
          .hasSize(RECORDS_PER_WORKER)
          .allSatisfy((id, n) -> assertThat(n).isEqualTo(1));
      assertThat(represented).containsAll(good);
      assertThat(worker.committed())
          .containsEntry(WorkerLoopFixture.FIRST, (long) RECORDS_PER_WORKER);
      letters += worker.letters().size();
    }
    assertThat(letters).as("most mutations damage a record").isGreaterThan(count / 2);
  }

  @Test
  void givenDamagedTargetTasks_whenRead_thenEachIsADeadLetterOnceAndTheGoodOneIsRepresented() {
    Random random = new Random(192);
    int count = Mutations.perTopic(500);
    for (int done = 0; done < count; done += RECORDS_PER_WORKER) {
      WorkerLoopFixture worker = new WorkerLoopFixture();
      for (int i = 0; i < RECORDS_PER_WORKER - 1; i++) {
        byte[] value =
            worker.inputs.encoded(TOPICS.targetTasks(), Inputs.task("m-" + i, 1, "Yes."));
        worker.consumer.addRecord(
            Inputs.record(TOPICS.targetTasks(), 0, i, "m-" + i, damaged(value, random)));
      }
      worker.consumer.addRecord(
          worker.inputs.task(RECORDS_PER_WORKER - 1, Inputs.task("good", 1, "Yes.", "No.")));

      worker.computeAll();

      assertThat(worker.letters())
          .extracting(Outputs::key)
          .doesNotHaveDuplicates()
          .hasSize(RECORDS_PER_WORKER - 1)
          .doesNotContain("good");
      assertThat(Outputs.of(TOPICS.queryRepresentations(), worker.producer.history())).hasSize(2);
      assertThat(worker.committed())
          .containsEntry(WorkerLoopFixture.TASKS, (long) RECORDS_PER_WORKER);
    }
  }

  /** A mutation that does not happen to be a task again, perhaps of another representation. */
  private byte[] damaged(byte[] value, Random random) {
    while (true) {
      byte[] mutated = Mutations.mutate(value, random);
      try {
        var unused = tasks.read(TOPICS.targetTasks(), mutated);
      } catch (SerializationException e) {
        return mutated;
      }
    }
  }
}
