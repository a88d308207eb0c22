package io.sluice.gpuworker.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gpuworker.device.DeviceFacts.Started;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceReportTest {
  private static final Started CPU_BUILD = new Started("2.7.1", "/lib", false, false, 0, "");
  private static final Started TWO_GPUS = new Started("2.7.1", "/lib", true, true, 2, "");
  private static final GpuDriver.Answer NOTHING =
      GpuDriver.Answer.none("nvidia-smi is not installed");

  @TempDir private Path folder;

  @Test
  void givenNoGpu_whenReported_thenTheCpuIsUsedAndNothingIsWasted() {
    DeviceReport report = report(Optional.empty(), NOTHING, Optional.empty(), CPU_BUILD);
    assertThat(report.isFaulty()).isFalse();
    assertThat(text(report)).contains("driver is not there", "--gpus all", "the CPU");
  }

  @Test
  void givenAGpuAndTheBuildForCpus_whenReported_thenBothWaysToSwitchItOnAreNamed() {
    DeviceReport report =
        report(Optional.empty(), gpus("570.86.15", 1), Optional.empty(), CPU_BUILD);
    assertThat(report.isFaulty()).isTrue();
    assertThat(text(report))
        .contains(
            "570.86.15", "H100", "79.6 GiB", "CPUs only", "PYTORCH_LIBRARY_PATH", "profile cuda");
  }

  @Test
  void givenAllGpusInUse_whenReported_thenNothingHasToBeDone() {
    DeviceReport report =
        report(Optional.empty(), gpus("570.86.15", 2), Optional.empty(), TWO_GPUS);
    assertThat(report.isFaulty()).isFalse();
    assertThat(report.lines()).allSatisfy(line -> assertThat(line.remedy()).isEmpty());
    assertThat(text(report)).contains("2 GPUs, gpu(0) to gpu(1)");
  }

  @Test
  void givenHiddenGpus_whenReported_thenTheVariableIsNamed() {
    DeviceReport report =
        report(Optional.empty(), gpus("570.86.15", 4), Optional.of("0,1"), TWO_GPUS);
    assertThat(report.isFaulty()).isTrue();
    assertThat(text(report)).contains("CUDA_VISIBLE_DEVICES is '0,1'");
  }

  @Test
  void givenNoCudaRuntime_whenReported_thenItIsNamed() {
    Started blind = new Started("2.7.1", "/lib", true, false, 0, "");
    assertThat(text(report(Optional.empty(), gpus("570.86.15", 1), Optional.empty(), blind)))
        .contains("libcudart.so is not found", "LD_LIBRARY_PATH");
  }

  @Test
  void givenAnOldDriver_whenReported_thenTheNeededOneIsNamed() {
    assertThat(text(report(Optional.empty(), gpus("470.256.02", 1), Optional.empty(), TWO_GPUS)))
        .contains("470.256.02 is too old", "525 or later");
  }

  @Test
  void givenADriverThatListsNothing_whenReported_thenItsVersionAndTheReasonAreNamed() {
    assertThat(text(report(Optional.of("570.86.15"), NOTHING, Optional.empty(), CPU_BUILD)))
        .contains("570.86.15 is loaded, but lists no GPU", "not installed");
  }

  @Test
  void givenAnEngineThatDoesNotStart_whenReported_thenItsReasonIsNamed() {
    Started broken = new Started("2.7.1", "", false, false, 0, "needs 2.7.1");
    DeviceReport report = report(Optional.empty(), NOTHING, Optional.empty(), broken);
    assertThat(report.isFaulty()).isTrue();
    assertThat(text(report)).contains("does not start: needs 2.7.1", "nothing");
  }

  @Test
  void givenTheKernelsFile_whenRead_thenTheVersionOfTheDriverIsFound() throws IOException {
    Path file = folder.resolve("version");
    Files.writeString(
        file,
        "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.15  Release Build "
            + " (dvs-builder@U16)\n"
            + "GCC version:  gcc version 12.3.0\n");
    assertThat(DeviceFacts.driver(file)).contains("570.86.15");
    assertThat(DeviceFacts.driver(folder.resolve("none"))).isEmpty();
  }

  private static DeviceReport report(
      Optional<String> driver, GpuDriver.Answer answer, Optional<String> visible, Started engine) {
    return DeviceReport.of(new DeviceFacts(driver, answer, visible, engine));
  }

  private static GpuDriver.Answer gpus(String driver, int count) {
    return new GpuDriver.Answer(
        IntStream.range(0, count)
            .mapToObj(
                number ->
                    new Gpu(
                        number,
                        "NVIDIA H100 80GB HBM3",
                        driver,
                        OptionalLong.of(81559L << 20),
                        OptionalLong.of(1L << 30),
                        OptionalInt.of(0),
                        OptionalLong.of(0)))
            .collect(Collectors.toList()),
        "");
  }

  private static String text(DeviceReport report) {
    List<String> lines =
        report.lines().stream().map(line -> line.text() + " " + line.remedy()).toList();
    return String.join("\n", lines);
  }
}
