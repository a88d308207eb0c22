package io.sluice.gpuworker.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceChoiceTest {
  @Test
  void givenGpus_whenAChoiceIsMade_thenItNamesThem() {
    assertThat(DeviceChoice.of("auto").gpus(3)).containsExactly(0, 1, 2);
    assertThat(DeviceChoice.of("gpu").gpus(2)).containsExactly(0, 1);
    assertThat(DeviceChoice.of("cpu").gpus(2)).isEmpty();
    assertThat(DeviceChoice.of("2,0").gpus(3)).containsExactly(0, 2);
  }

  @Test
  void givenNoGpu_whenOneIsAskedFor_thenItIsRefusedByName() {
    assertThat(DeviceChoice.of("auto").gpus(0)).isEmpty();
    assertThatThrownBy(() -> DeviceChoice.of("gpu").gpus(0))
        .isInstanceOf(UnusableDeviceException.class)
        .hasMessageContainingAll("sees no GPU", "sluice devices");
    assertThatThrownBy(() -> DeviceChoice.of("0").gpus(0))
        .isInstanceOf(UnusableDeviceException.class)
        .hasMessage("devices 0: the engine sees no GPU; 'sluice devices' says why");
    assertThatThrownBy(() -> DeviceChoice.of("0,1").gpus(1))
        .isInstanceOf(UnusableDeviceException.class)
        .hasMessageContainingAll("no GPU 1", "sees 1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "cuda:0", "gpu0", "0,", "0,0", "-1", "auto,0"})
  void givenAnyOtherText_whenRead_thenItIsRefused(String text) {
    assertThatThrownBy(() -> DeviceChoice.of(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void givenSeveralDevices_whenOneIsNeeded_thenTheyAreRefused() {
    assertThat(DeviceChoice.one("1").gpus(2)).containsExactly(1);
    assertThatThrownBy(() -> DeviceChoice.one("0,1")).hasMessageContaining("one device");
  }
}
