package io.sluice.gpuworker.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import io.sluice.gpuworker.device.DeviceChoice;
import io.sluice.gpuworker.device.DeviceFailure;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeviceUseTest {
  private static final DeviceChoice CPU = DeviceChoice.of("cpu");

  private final List<NDManager> managers = new ArrayList<>();

  private Object failing(RuntimeException failure) throws Exception {
    return DeviceUse.of(
        CPU,
        torch -> {
          managers.add(torch.manager());
          throw failure;
        });
  }

  @Test
  void givenWorkThatLosesTheDevice_whenItFails_thenTheFailureIsTheDevicesAndNothingIsFreed() {
    EngineException lost = new EngineException("CUDA error: unspecified launch failure");

    assertThatThrownBy(() -> failing(new IllegalStateException("the engine failed", lost)))
        .isInstanceOf(DeviceFailure.class)
        .hasCause(lost);

    assertThat(managers.get(0).isOpen()).isTrue();
    managers.get(0).close();
  }

  @Test
  void givenWorkThatFails_whenTheDeviceIsWell_thenTheFailureIsTheWorksAndMemoryIsFreed() {
    IllegalStateException defect = new IllegalStateException("a defect");

    assertThatThrownBy(() -> failing(defect)).isSameAs(defect);

    assertThat(managers.get(0).isOpen()).isFalse();
  }

  @Test
  void givenWork_whenItEnds_thenItsResultIsReturnedAndMemoryIsFreed() throws Exception {
    long sum =
        DeviceUse.of(
            CPU,
            torch -> {
              managers.add(torch.manager());
              return torch.manager().create(new int[] {1, 2}).sum().toLongArray()[0];
            });

    assertThat(sum).isEqualTo(3);
    assertThat(managers.get(0).isOpen()).isFalse();
  }
}
