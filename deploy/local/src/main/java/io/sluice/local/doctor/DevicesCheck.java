package io.sluice.local.doctor;

import io.sluice.gpuworker.device.DeviceFacts;
import io.sluice.gpuworker.device.DeviceReport;
import java.util.List;

/** The devices that the model of a worker would be computed on here. */
public record DevicesCheck() implements Check {
  @Override
  public String subject() {
    return "devices";
  }

  @Override
  public List<Finding> run() throws InterruptedException {
    return findings(DeviceReport.of(DeviceFacts.collect()));
  }

  /** A machine without a GPU is in order; one with a GPU that stays idle is not. */
  static List<Finding> findings(DeviceReport report) {
    boolean wasted = report.isFaulty();
    return report.lines().stream()
        .map(
            line ->
                wasted && !line.remedy().isEmpty()
                    ? Finding.warning(line.text(), line.remedy())
                    : Finding.ok(
                        line.part().equals("used") ? "computes on " + line.text() : line.text()))
        .toList();
  }
}
