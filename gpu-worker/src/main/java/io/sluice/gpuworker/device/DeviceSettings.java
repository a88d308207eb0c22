package io.sluice.gpuworker.device;

import java.util.OptionalInt;

/**
 * The devices to compute examples on, and how many passes each computes at a time.
 *
 * @param choice which devices
 * @param threads passes that are computed at the same time on each device, at least 1; empty for as
 *     many as suit the device
 */
public record DeviceSettings(DeviceChoice choice, OptionalInt threads) {
  /** Every GPU, or the CPU if there is none, with as many threads as suit it. */
  public static final DeviceSettings DEFAULT = of(DeviceChoice.AUTO);

  /** Throws {@link IllegalArgumentException} when the number of threads is below 1. */
  public DeviceSettings {
    if (threads.orElse(1) < 1) {
      throw new IllegalArgumentException(
          threads.getAsInt() + " threads of a device: give 1 or more, or none for as many as suit");
    }
  }

  /** Certain devices with as many threads as suit them. */
  public static DeviceSettings of(DeviceChoice choice) {
    return new DeviceSettings(choice, OptionalInt.empty());
  }
}
