package io.sluice.local.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gpuworker.device.DeviceReport;
import io.sluice.gpuworker.device.DeviceReport.Line;
import java.util.List;
import org.junit.jupiter.api.Test;

class DevicesCheckTest {
  private static final Line USED = new Line("used", "the CPU", "");

  @Test
  void givenNoGpu_whenExamined_thenAllIsWell() {
    Line driver = new Line("driver", "NVIDIA's driver is not there", "install it");
    assertThat(DevicesCheck.findings(new DeviceReport(List.of(driver, USED))))
        .containsExactly(
            Finding.ok("NVIDIA's driver is not there"), Finding.ok("computes on the CPU"));
  }

  @Test
  void givenAGpuThatIsNotUsed_whenExamined_thenWhatSwitchesItOnIsAWarning() {
    Line gpu = new Line("gpu", "GPU 0: NVIDIA L4", "");
    Line engine = new Line("engine", "PyTorch, built for CPUs only", "set a variable");
    assertThat(DevicesCheck.findings(new DeviceReport(List.of(gpu, engine, USED))))
        .contains(Finding.warning("PyTorch, built for CPUs only", "set a variable"));
  }
}
