package io.sluice.gpuworker.worker;

import static io.sluice.gpuworker.worker.WorkerLoopFixture.FIRST;
import static io.sluice.gpuworker.worker.WorkerLoopFixture.SECOND;
import static io.sluice.gpuworker.worker.WorkerLoopFixture.TASKS;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gpuworker.device.DeviceFault;
import io.sluice.gpuworker.device.DeviceFaults;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The values of a worker's metrics. */
class WorkerMetricsTest {
  private final WorkerLoopFixture worker = new WorkerLoopFixture();

  @Test
  void givenRecordsOfAllKinds_whenProcessed_thenEachMeterCountsItsOwn() {
    worker.consumer.addRecord(worker.inputs.candidate(0, 0, "a", "Hello."));
    worker.consumer.addRecord(worker.inputs.candidate(0, 1, "b", "Hello."));
    worker.consumer.addRecord(worker.inputs.candidate(0, 2, "a", (byte[]) null));
    worker.consumer.addRecord(worker.inputs.candidate(0, 3, "json", Inputs.GARBAGE));
    worker.consumer.addRecord(worker.inputs.candidate(0, 4, "u", "unusable"));
    worker.consumer.addRecord(worker.inputs.candidate(0, 5, "c", "Hello."));
    worker.consumer.addRecord(worker.inputs.task(0, Inputs.task("maths", 1, "One.", "Two.")));
    worker.consumer.addRecord(worker.inputs.task(1, Inputs.task("empty", 1)));

    worker.computeAll();

    assertThat(count("sluice.worker.candidates.seen")).isEqualTo(6);
    assertThat(count("sluice.worker.examples", "role", "candidate")).isEqualTo(3);
    assertThat(count("sluice.worker.tokens", "role", "candidate")).isEqualTo(3 * "Hello.".length());
    assertThat(count("sluice.worker.examples", "role", "query")).isEqualTo(2);
    assertThat(count("sluice.worker.tokens", "role", "query")).isEqualTo("One.Two.".length());
    assertThat(count("sluice.worker.retractions")).isEqualTo(1);
    assertThat(count("sluice.worker.tasks")).isEqualTo(1);
    assertThat(count("sluice.worker.dead.letters", "fault", "unreadable")).isEqualTo(1);
    assertThat(count("sluice.worker.dead.letters", "fault", "invalid")).isEqualTo(1);
    assertThat(count("sluice.worker.dead.letters", "fault", "unrepresentable")).isEqualTo(1);
    assertThat(count("sluice.worker.dead.letters", "fault", "refused")).isZero();
    assertThat(worker.metrics.progress())
        .usingRecursiveComparison()
        .ignoringFields("examplesPerSecond")
        .isEqualTo(new WorkerProgress(6, 3, 3, 1, 1, 0));
  }

  @Test
  void givenErrorsOfDevices_whenCounted_thenByDeviceAndKind() {
    DeviceFaults first = new DeviceFaults("gpu(0)");
    DeviceFaults second = new DeviceFaults("gpu(1)");
    worker.metrics.observe(List.of(first, second));
    second.count(DeviceFault.OUT_OF_MEMORY);
    second.count(DeviceFault.OUT_OF_MEMORY);
    first.count(DeviceFault.ENGINE);
    first.countRestart();

    assertThat(faults("gpu(1)", "out-of-memory")).isEqualTo(2);
    assertThat(faults("gpu(0)", "out-of-memory")).isZero();
    assertThat(faults("gpu(0)", "engine")).isEqualTo(1);
    assertThat(faults("gpu(0)", "lost")).isZero();
    assertThat(restarts("gpu(0)")).isEqualTo(1);
    assertThat(restarts("gpu(1)")).isZero();
  }

  private double faults(String device, String fault) {
    return worker
        .meters
        .get("sluice.worker.device.faults")
        .tags("device", device, "fault", fault)
        .functionCounter()
        .count();
  }

  private double restarts(String device) {
    return worker
        .meters
        .get("sluice.worker.device.restarts")
        .tag("device", device)
        .functionCounter()
        .count();
  }

  @ParameterizedTest
  @ValueSource(strings = {"decode", "represent", "encode", "publish", "commit"})
  void givenABatch_whenDone_thenEachOfItsStepsIsTimedOnce(String step) {
    worker.consumer.addRecord(worker.inputs.candidate(0, 0, "a", "Hello."));

    worker.computeAll();

    assertThat(worker.meters.get("sluice.worker.step").tag("step", step).timer().count())
        .isEqualTo(1);
  }

  @Test
  void givenAFullBatchAndAPartialOne_whenTaken_thenTheFillIsTheirMean() {
    for (int i = 0; i < WorkerLoopFixture.BATCH + 1; i++) {
      worker.consumer.addRecord(worker.inputs.candidate(0, i, "c" + i, "Hello."));
    }

    worker.computeAll();

    assertThat(worker.meters.get("sluice.worker.batch.fill").summary().mean())
        .isEqualTo((1 + 1.0 / WorkerLoopFixture.BATCH) / 2);
  }

  @Test
  void givenRecordsAtTheBrokerQueuedAndComputed_whenMeasured_thenTheLagIsTheirSum() {
    int fetched = WorkerLoopFixture.BATCH + 2;
    for (int i = 0; i < fetched; i++) {
      worker.consumer.addRecord(worker.inputs.candidate(0, i, "c" + i, "Hello."));
    }
    worker.consumer.updateEndOffsets(Map.of(FIRST, fetched + 4L, SECOND, 0L, TASKS, 0L));

    worker.loop.turn();

    assertThat(lag(FIRST.topic())).isEqualTo(WorkerLoopFixture.BATCH + 2 + 4);
    assertThat(lag(TASKS.topic())).isZero();
  }

  private double lag(String topic) {
    return worker.meters.get("sluice.worker.lag").tag("topic", topic).gauge().value();
  }

  private double count(String name, String... labels) {
    return worker.meters.get(name).tags(labels).counter().count();
  }
}
