package io.sluice.gpuworker.representation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import io.sluice.gpuworker.device.DeviceFailure;
import io.sluice.gpuworker.device.DeviceFault;
import io.sluice.gpuworker.gradient.Encoded;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class LaneTest {
  private static final String FAILED = "cuDNN error: CUDNN_STATUS_EXECUTION_FAILED";

  private final FakeDevice device = new FakeDevice();
  private final Lane<Encoded.Example> lane = device.lane(2, 1000);

  private Optional<List<float[][]>> compute() {
    long[] ids = new long[5];
    return lane.compute(List.of(new Encoded.Example(ids, ids)), ExampleRole.CANDIDATE);
  }

  @Test
  void givenAnErrorOfTheEngine_whenComputed_thenTheModelIsLoadedAnewAndThePassRepeated() {
    device.errors.add(FAILED);

    assertThat(compute()).isPresent();

    assertThat(device.loads).hasValue(2);
    assertThat(device.passes).containsExactly(1);
    assertThat(lane.faults().of(DeviceFault.ENGINE)).isEqualTo(1);
    assertThat(lane.faults().restarts()).isEqualTo(1);
  }

  @Test
  void givenAPassThatFailsWithANewModelToo_whenComputed_thenItsErrorIsThrown() {
    device.errors.addAll(List.of(FAILED, "shapes do not match"));
    assertThatThrownBy(this::compute)
        .isInstanceOf(EngineException.class)
        .hasMessage("shapes do not match");
    assertThat(lane.faults().restarts()).isEqualTo(1);
    assertThat(lane.faults().of(DeviceFault.ENGINE)).isEqualTo(2);
  }

  @Test
  void givenADeviceThatKeepsFailing_whenItWasRestartedTooOften_thenItsErrorIsThrown() {
    for (int restart = 0; restart < Lane.MOST_RESTARTS; restart++) {
      device.errors.add(FAILED);
      assertThat(compute()).isPresent();
    }
    device.errors.add(FAILED);
    assertThatThrownBy(this::compute).isInstanceOf(EngineException.class).hasMessage(FAILED);
    assertThat(lane.faults().restarts()).isEqualTo(Lane.MOST_RESTARTS);
  }

  @Test
  void givenAModelThatCannotBeLoadedAnew_whenComputed_thenTheMessageSaysWhy() {
    device.errors.add(FAILED);
    device.reloads = false;
    assertThatThrownBy(this::compute)
        .isInstanceOf(EngineException.class)
        .hasMessage("the model cannot be loaded anew: model.safetensors is missing");
  }

  @Test
  void givenTooLittleMemory_whenComputed_thenTheCallerLearnsAndTheReserveIsGivenBack() {
    device.errors.add("CUDA out of memory. Tried to allocate 2.00 GiB");

    assertThat(compute()).isEmpty();

    assertThat(device.releases).hasValue(1);
    assertThat(device.loads).hasValue(1);
    assertThat(lane.faults().of(DeviceFault.OUT_OF_MEMORY)).isEqualTo(1);
    assertThat(compute()).isPresent();
  }

  @Test
  void givenAnUncorrectableError_whenComputed_thenTheProcessIsToEndAndNothingIsFreed() {
    device.errors.add("CUDA error: uncorrectable ECC error encountered");

    assertThatThrownBy(this::compute)
        .isInstanceOfSatisfying(
            DeviceFailure.class, failure -> assertThat(failure.fault()).isEqualTo(DeviceFault.ECC));

    assertThat(lane.faults().of(DeviceFault.ECC)).isEqualTo(1);
    lane.close();
    assertThat(device.closed).isFalse();
  }

  @Test
  void givenAHealthyDevice_whenClosed_thenItsMemoryIsFreed() {
    lane.close();
    assertThat(device.closed).isTrue();
  }

  @Test
  void givenTwoPassesThatFailTogether_whenComputed_thenTheModelIsLoadedAnewOnceForBoth()
      throws Exception {
    device.errors.addAll(List.of(FAILED, FAILED));
    CyclicBarrier both = new CyclicBarrier(2);
    device.beforeAnError = () -> await(both);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (Future<?> pass : threads.invokeAll(List.of(pass(), pass()))) {
        assertThat(pass.get()).isNotEqualTo(Optional.empty());
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(device.passes).containsExactly(1, 1);
    assertThat(lane.faults().of(DeviceFault.ENGINE)).isEqualTo(2);
    assertThat(lane.faults().restarts()).isEqualTo(1);
  }

  private Callable<Optional<List<float[][]>>> pass() {
    return this::compute;
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (InterruptedException | BrokenBarrierException e) {
      throw new IllegalStateException(e);
    }
  }
}
