package io.sluice.local.process;

import io.sluice.gpuworker.device.DeviceFailure;
import io.sluice.gpuworker.device.DeviceFault;
import io.sluice.gpuworker.service.ServiceFailure;
import io.sluice.local.cli.Sluice;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** The program with one more command, which ends as a worker does whose device is lost. */
public final class LostDevice {
  private LostDevice() {}

  public static void main(String[] args) {
    System.exit(Sluice.commandLine().addSubcommand("lose", new Lose()).execute("lose"));
  }

  @Command
  private static final class Lose implements Callable<Integer> {
    @Override
    public Integer call() {
      IllegalStateException cause =
          new IllegalStateException("CUDA error: unspecified launch failure");
      throw new ServiceFailure(
          "the examples cannot be represented",
          new DeviceFailure("gpu(0)", DeviceFault.of(cause), cause));
    }
  }
}
