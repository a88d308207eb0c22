package io.sluice.local.cli.offline;

import io.sluice.gpuworker.device.DeviceChoice;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The option for the devices that examples are represented on. */
public final class DevicesOption {
  @Option(
      names = "--devices",
      defaultValue = "auto",
      converter = Devices.class,
      paramLabel = "DEVICES",
      description =
          "The devices that examples are represented on: auto (every GPU, or the CPU if there is"
              + " none), cpu, gpu (every GPU) or numbers of GPUs such as 0,1 (default:"
              + " ${DEFAULT-VALUE}). 'sluice devices' shows them. embedding is computed on the CPU.")
  private DeviceChoice choice;

  /** Created by picocli, which then sets the field. */
  public DevicesOption() {}

  /** The chosen devices. */
  public DeviceChoice choice() {
    return choice;
  }

  /** Parses a choice. */
  static final class Devices implements ITypeConverter<DeviceChoice> {
    @Override
    public DeviceChoice convert(String text) {
      try {
        return DeviceChoice.of(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
