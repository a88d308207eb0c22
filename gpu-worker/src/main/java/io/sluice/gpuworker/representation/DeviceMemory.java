package io.sluice.gpuworker.representation;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;

/** The memory of devices. */
final class DeviceMemory {
  /** The share of a machine's memory that may be used; the rest is for other processes. */
  private static final double SHARE_OF_MACHINE = 0.9;

  private DeviceMemory() {}

  /**
   * The bytes that may be used on a device: what is free on a GPU, and most of the memory of the
   * machine or container on a CPU, whatever other processes use, so that it does not change between
   * runs.
   */
  static long usable(Device device) {
    if (device.isGpu()) {
      MemoryUsage usage = CudaUtils.getGpuMemory(device);
      return usage.getMax() - usage.getCommitted();
    }
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return (long) (SHARE_OF_MACHINE * system.getTotalMemorySize());
  }
}
