package io.sluice.gpuworker.trainer;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gpuworker.service.ServiceFailure;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrainerSetupTest {
  @Test
  void givenAGpuThatIsNotThere_whenATrainerIsSetUp_thenItIsRefusedBeforeAnyJobFails() {
    assertThatThrownBy(() -> TrainerSetup.requireDevice(config(Map.of("devices", "999"))))
        .isInstanceOf(ServiceFailure.class)
        .hasMessageContaining("devices 999")
        .hasMessageContaining("the engine sees");
  }

  @Test
  void givenATrainerThatLeavesAllComputingToAProgram_whenSetUp_thenItNeedsNoDevice() {
    Map<String, String> program =
        Map.of(
            "devices", "999",
            "launcher", "command",
            "command.line", "train {dataset} {output}",
            "evaluate", "false");
    assertThatCode(() -> TrainerSetup.requireDevice(config(program))).doesNotThrowAnyException();
  }

  private static TrainerConfig config(Map<String, String> further) {
    Map<String, String> settings = new HashMap<>(further);
    settings.put("bootstrap.servers", "b:9092");
    settings.put("schema.registry.url", "http://s:8081");
    settings.put("model.dir", "/models/base");
    settings.put("output.dir", "/out");
    return new TrainerConfig(settings);
  }
}
