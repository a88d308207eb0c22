package io.sluice.local.cli.offline;

import io.sluice.gpuworker.device.DeviceChoice;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The option for the device that a command trains on. */
final class DeviceOption {
  @Option(
      names = "--devices",
      defaultValue = "auto",
      converter = OneDevice.class,
      paramLabel = "DEVICE",
      description =
          "The device that is trained on: auto (the first GPU, or the CPU if there is none), cpu,"
              + " gpu (the first GPU) or the number of a GPU (default: ${DEFAULT-VALUE}). 'sluice"
              + " devices' shows them.")
  private DeviceChoice choice;

  /** The chosen device. */
  DeviceChoice choice() {
    return choice;
  }

  /** Parses a choice. */
  static final class OneDevice implements ITypeConverter<DeviceChoice> {
    @Override
    public DeviceChoice convert(String text) {
      try {
        return DeviceChoice.one(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
