package io.sluice.local.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;

/** What this process has used so far. */
public final class ProcessUse {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int KIB = 1024;

  private ProcessUse() {}

  /** Processor time of all threads. */
  public static Duration processorTime() {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return Duration.ofNanos(system.getProcessCpuTime());
  }

  /** The most memory that it ever had, in bytes, the libraries' own included; on Linux only. */
  public static OptionalLong peakMemory() throws IOException {
    if (!Files.exists(STATUS)) {
      return OptionalLong.empty();
    }
    return Files.readAllLines(STATUS).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * KIB)
        .findFirst();
  }
}
