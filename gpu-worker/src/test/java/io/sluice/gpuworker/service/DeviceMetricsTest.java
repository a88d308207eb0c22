package io.sluice.gpuworker.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.gpuworker.device.GpuDriver;
import io.sluice.gpuworker.testing.OneGpu;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeviceMetricsTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @Test
  void givenAGpu_whenMeasured_thenItsValuesAreReportedAndUnknownOnesAreNoNumbers()
      throws Exception {
    DeviceMetrics metrics = OneGpu.measured(registry, "sluice.worker");
    try {
      assertThat(value("device.memory.used.bytes")).isEqualTo(6L << 30);
      assertThat(value("device.memory.total.bytes")).isEqualTo(24L << 30);
      assertThat(value("device.utilization")).isEqualTo(0.75);
      assertThat(value("device.ecc.errors")).isNaN();
    } finally {
      metrics.close();
    }
  }

  @Test
  void givenNoGpu_whenMeasured_thenNothingIsReported() throws Exception {
    GpuDriver none = () -> new GpuDriver.Answer(List.of(), "nvidia-smi is not installed");
    try (DeviceMetrics metrics = new DeviceMetrics(registry, "sluice.worker", none)) {
      metrics.start();
      metrics.measured().get();
    }
    assertThat(registry.getMeters()).isEmpty();
  }

  private double value(String name) {
    return registry.get("sluice.worker." + name).tag("gpu", "0").gauge().value();
  }
}
