package io.sluice.gpuworker.device;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts the errors of one device by their kind, and what became of them. Thread-safe. */
public final class DeviceFaults {
  private final String device;
  private final Map<DeviceFault, LongAdder> counts = new EnumMap<>(DeviceFault.class);
  private final LongAdder restarts = new LongAdder();

  /**
   * Starts with zero of each kind.
   *
   * @param device the name of the device, such as {@code gpu(0)}
   */
  public DeviceFaults(String device) {
    this.device = device;
    for (DeviceFault fault : DeviceFault.values()) {
      counts.put(fault, new LongAdder());
    }
  }

  /** The name of the device. */
  public String device() {
    return device;
  }

  /** Counts one error. */
  public void count(DeviceFault fault) {
    counts.get(fault).increment();
  }

  /** Counts that the model was loaded anew onto the device. */
  public void countRestart() {
    restarts.increment();
  }

  /** The number of errors of a kind so far. */
  public long of(DeviceFault fault) {
    return counts.get(fault).sum();
  }

  /** How often the model was loaded anew so far. */
  public long restarts() {
    return restarts.sum();
  }
}
