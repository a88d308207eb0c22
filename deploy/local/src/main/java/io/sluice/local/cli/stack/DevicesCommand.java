package io.sluice.local.cli.stack;

import io.sluice.gpuworker.device.DeviceFacts;
import io.sluice.gpuworker.device.DeviceReport;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code devices}: shows what the model computes on, and what stands in the way of a GPU. */
@Command(
    description = {
      "Show the devices that worker and trainer compute on: NVIDIA's driver, its GPUs with their"
          + " memory, the PyTorch engine and the devices that it sees; and what would switch a GPU"
          + " on. Where CUDA_VISIBLE_DEVICES is set, each GPU has its number for Sluice and that in"
          + " nvidia-smi.",
      "Exit code 0: every GPU that is there, and that CUDA_VISIBLE_DEVICES does not hide, is used."
          + " 1: the engine does not start or does not use one of them, or something is wrong with"
          + " one."
    })
public final class DevicesCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  /** Created by picocli, which then sets the fields. */
  public DevicesCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    DeviceReport report = DeviceReport.of(DeviceFacts.collect());
    PrintWriter out = spec.commandLine().getOut();
    for (DeviceReport.Line line : report.lines()) {
      out.printf("%-8s %s%n", line.part(), line.text());
      if (!line.remedy().isEmpty()) {
        out.printf("%-8s To switch it on: %s%n", "", line.remedy());
      }
    }
    out.flush();
    return report.isFaulty() ? ExitCode.SOFTWARE : ExitCode.OK;
  }
}
