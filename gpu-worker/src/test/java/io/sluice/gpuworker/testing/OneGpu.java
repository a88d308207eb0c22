package io.sluice.gpuworker.testing;

import io.micrometer.core.instrument.MeterRegistry;
import io.sluice.gpuworker.device.Gpu;
import io.sluice.gpuworker.device.GpuDriver;
import io.sluice.gpuworker.service.DeviceMetrics;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;

/** A driver with one GPU, of which all values are known but its errors. */
public final class OneGpu implements GpuDriver {
  @Override
  public Answer ask() {
    Gpu gpu =
        new Gpu(
            0,
            "NVIDIA L4",
            "GPU-4a1c",
            "570.86.15",
            OptionalLong.of(24L << 30),
            OptionalLong.of(6L << 30),
            OptionalInt.of(75),
            OptionalLong.empty(),
            OptionalInt.of(8));
    return new Answer(List.of(gpu), "");
  }

  /** Starts metrics, and returns once they are measured. */
  public static DeviceMetrics measured(MeterRegistry registry, String prefix)
      throws ExecutionException, InterruptedException {
    DeviceMetrics metrics = new DeviceMetrics(registry, prefix, new OneGpu());
    metrics.start();
    metrics.measured().get();
    return metrics;
  }
}
