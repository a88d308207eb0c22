package io.sluice.local.bench;

import com.sun.management.OperatingSystemMXBean;
import io.sluice.local.machine.ProcFile;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.OptionalLong;

/** The processor time and memory that a process has used since it started. */
public final class ProcessUse {
  private ProcessUse() {}

  /** Returns the processor time of all threads together. */
  public static Duration processorTime() {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return Duration.ofNanos(system.getProcessCpuTime());
  }

  /**
   * Returns the peak of this process' resident memory in bytes, native libraries included; empty
   * where there is no {@code /proc}, that is, outside Linux.
   */
  public static OptionalLong peakMemory() throws IOException {
    return peakMemory(ProcessHandle.current().pid());
  }

  /** Returns the peak of the resident memory of the running process with this id, likewise. */
  static OptionalLong peakMemory(long pid) throws IOException {
    return ProcFile.ofProcess(pid).bytes("VmHWM");
  }
}
