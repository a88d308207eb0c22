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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceReportTest {
  private static final Started CPU_BUILD = new Started("2.7.1", "/lib", false, false, 0, "");
  private static final Started TWO_GPUS = new Started("2.7.1", "/lib", true, true, 2, "");
  private static final Started NO_GPU = new Started("2.7.1", "/lib", true, true, 0, "");
  private static final CudaVariables ALL = variables(null);
  private static final GpuDriver.Answer NOTHING =
      GpuDriver.Answer.none("nvidia-smi is not installed");

  @TempDir private Path folder;

  @Test
  void givenNoGpu_whenReported_thenTheCpuIsUsedAndNothingIsWasted() {
    DeviceReport report = report(Optional.empty(), NOTHING, ALL, CPU_BUILD);
    assertThat(report.isFaulty()).isFalse();
    assertThat(text(report)).contains("driver is not there", "--gpus all", "the CPU");
  }

  @Test
  void givenAGpuAndTheBuildForCpus_whenReported_thenTheWayToSwitchItOnIsNamedFirst() {
    DeviceReport report = report(Optional.empty(), gpus("570.86.15", 1), ALL, CPU_BUILD);
    assertThat(report.isFaulty()).isTrue();
    assertThat(text(report))
        .contains(
            "570.86.15",
            "H100",
            "79.6 GiB",
            "CPUs only",
            "set PYTORCH_LIBRARY_PATH to the folder torch/lib of PyTorch 2.7.1 with CUDA 12",
            "profile cuda if your repository has pytorch-native-cu128");
  }

  @Test
  void givenAllGpusInUse_whenReported_thenNothingHasToBeDone() {
    DeviceReport report = report(Optional.empty(), gpus("570.86.15", 2), ALL, TWO_GPUS);
    assertThat(report.isFaulty()).isFalse();
    assertThat(report.lines()).allSatisfy(line -> assertThat(line.remedy()).isEmpty());
    assertThat(text(report)).contains("2 GPUs, gpu(0) to gpu(1)");
  }

  @Test
  void givenHiddenGpus_whenTheOthersAreUsed_thenBothNumbersOfEachAreNamedAndAllIsWell() {
    DeviceReport report = report(gpus("570.86.15", 4), variables("3, GPU-aa1"), TWO_GPUS);
    assertThat(report.isFaulty()).isFalse();
    assertThat(report.lines())
        .extracting(DeviceReport.Line::part)
        .containsExactly(
            "driver", "hidden", "gpu", "hidden", "gpu", "engine", "number", "number", "used");
    assertThat(text(report))
        .contains(
            "gpu(0) is GPU 3 of nvidia-smi: NVIDIA H100 80GB HBM3, GPU-aa3",
            "gpu(1) is GPU 1 of nvidia-smi: NVIDIA H100 80GB HBM3, GPU-aa1",
            "2 GPUs, gpu(0) to gpu(1); CUDA_VISIBLE_DEVICES is '3, GPU-aa1'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1"})
  void givenAllGpusHiddenOnPurpose_whenReported_thenTheCpuIsUsedAndAllIsWell(String list) {
    for (Started engine : List.of(NO_GPU, CPU_BUILD)) {
      DeviceReport report = report(gpus("570.86.15", 2), variables(list), engine);
      assertThat(report.isFaulty()).isFalse();
      assertThat(text(report)).contains("the CPU").doesNotContain("is GPU");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"7", "1,7", "GPU-a", "0,0", "GPU-zz", "first"})
  void givenAListWithAStranger_whenReported_thenItIsNamed(String list) {
    Started engine = list.startsWith("1,") ? oneGpu() : NO_GPU;
    DeviceReport report = report(gpus("570.86.15", 2), variables(list), engine);
    assertThat(report.isFaulty()).isTrue();
    String stranger = list.substring(list.indexOf(',') + 1);
    assertThat(text(report))
        .contains(
            "CUDA_VISIBLE_DEVICES is '" + list + "'",
            "CUDA ignores '" + stranger + "' and what follows it");
  }

  @Test
  void givenAGpuThatCudaShouldShow_whenTheEngineDoesNotUseIt_thenThatIsAFault() {
    DeviceReport report = report(gpus("570.86.15", 4), variables("1,2"), oneGpu());
    assertThat(report.isFaulty()).isTrue();
    assertThat(text(report))
        .contains("one GPU, gpu(0), although CUDA_VISIBLE_DEVICES is '1,2'", "--verbose")
        .doesNotContain("is GPU 1 of nvidia-smi");
    assertThat(report(gpus("570.86.15", 4), ALL, TWO_GPUS).isFaulty()).isTrue();
  }

  @Test
  void givenASliceOfAGpu_whenReported_thenTheVariableSaysWhichAndTheEngineMustUseIt() {
    CudaVariables slice = variables("MIG-1c2d");
    DeviceReport used = report(gpus("570.86.15", 2), slice, oneGpu());
    assertThat(used.isFaulty()).isFalse();
    assertThat(text(used)).contains("one GPU, gpu(0); CUDA_VISIBLE_DEVICES is 'MIG-1c2d'");
    assertThat(report(gpus("570.86.15", 2), slice, NO_GPU).isFaulty()).isTrue();
  }

  @Test
  void givenAnotherOrderOfCuda_whenReported_thenNoNumberOfTheDriverIsClaimed() {
    CudaVariables fastest = new CudaVariables(Optional.empty(), Optional.of("FASTEST_FIRST"));
    DeviceReport report = report(gpus("570.86.15", 2), fastest, TWO_GPUS);
    assertThat(report.isFaulty()).isFalse();
    assertThat(text(report)).contains("since CUDA_DEVICE_ORDER is not PCI_BUS_ID");
    CudaVariables numbered = new CudaVariables(Optional.of("1"), Optional.empty());
    assertThat(text(report(gpus("570.86.15", 2), numbered, oneGpu()))).doesNotContain("is GPU 1");
    CudaVariables named = new CudaVariables(Optional.of("GPU-aa1"), Optional.empty());
    assertThat(text(report(gpus("570.86.15", 2), named, oneGpu())))
        .contains("gpu(0) is GPU 1 of nvidia-smi");
  }

  @Test
  void givenABlackwellGpu_whenTheDriverDoesNotKnowIt_thenTheNeededOneIsNamed() {
    GpuDriver.Answer old = gpus("550.54.14", 1, 12);
    assertThat(report(old, ALL, oneGpu()).isFaulty()).isTrue();
    assertThat(text(report(old, ALL, oneGpu())))
        .contains("550.54.14 is too old for GPU 0, which has the compute capability 12")
        .contains("570 or later");
    assertThat(report(gpus("570.86.15", 1, 12), ALL, oneGpu()).isFaulty()).isFalse();
    assertThat(report(gpus("550.54.14", 1, 9), ALL, oneGpu()).isFaulty()).isFalse();
    assertThat(report(gpus("[N/A]", 1, 9), ALL, oneGpu()).isFaulty()).isFalse();
  }

  @Test
  void givenAGpuWithErrors_whenItIsVisible_thenItIsToBeReplacedAndElseItIsOnlyNamed() {
    Gpu broken =
        new Gpu(
            0,
            "NVIDIA L4",
            "GPU-bb",
            "570.86.15",
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalInt.empty(),
            OptionalLong.of(3),
            OptionalInt.empty());
    GpuDriver.Answer answer = new GpuDriver.Answer(List.of(broken), "");
    DeviceReport visible = report(answer, ALL, oneGpu());
    assertThat(visible.isFaulty()).isTrue();
    assertThat(text(visible)).contains("3 uncorrectable errors of its memory reset or replace it");
    DeviceReport hidden = report(answer, variables(""), NO_GPU);
    assertThat(hidden.isFaulty()).isFalse();
    assertThat(text(hidden)).contains("3 uncorrectable errors");
  }

  @Test
  void givenNoCudaRuntime_whenReported_thenItIsNamed() {
    Started blind = new Started("2.7.1", "/lib", true, false, 0, "");
    assertThat(text(report(Optional.empty(), gpus("570.86.15", 1), ALL, blind)))
        .contains("libcudart.so is not found", "LD_LIBRARY_PATH");
  }

  @Test
  void givenAnOldDriver_whenReported_thenTheNeededOneIsNamed() {
    assertThat(text(report(Optional.empty(), gpus("470.256.02", 1), ALL, TWO_GPUS)))
        .contains("470.256.02 is too old", "525 or later");
  }

  @Test
  void givenADriverThatListsNothing_whenReported_thenItsVersionAndTheReasonAreNamed() {
    assertThat(text(report(Optional.of("570.86.15"), NOTHING, ALL, CPU_BUILD)))
        .contains("570.86.15 is loaded, but lists no GPU", "not installed");
  }

  @Test
  void givenAnEngineThatDoesNotStart_whenReported_thenItsReasonIsNamed() {
    Started broken = new Started("2.7.1", "", false, false, 0, "needs 2.7.1");
    DeviceReport report = report(Optional.empty(), NOTHING, ALL, broken);
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
      Optional<String> driver, GpuDriver.Answer answer, CudaVariables variables, Started engine) {
    return DeviceReport.of(new DeviceFacts(driver, answer, variables, engine));
  }

  private static DeviceReport report(
      GpuDriver.Answer answer, CudaVariables variables, Started engine) {
    return report(Optional.empty(), answer, variables, engine);
  }

  private static CudaVariables variables(String visible) {
    return new CudaVariables(Optional.ofNullable(visible), Optional.of("PCI_BUS_ID"));
  }

  private static Started oneGpu() {
    return new Started("2.7.1", "/lib", true, true, 1, "");
  }

  private static GpuDriver.Answer gpus(String driver, int count) {
    return gpus(driver, count, 9);
  }

  private static GpuDriver.Answer gpus(String driver, int count, int capability) {
    return new GpuDriver.Answer(
        IntStream.range(0, count)
            .mapToObj(
                number ->
                    new Gpu(
                        number,
                        "NVIDIA H100 80GB HBM3",
                        "GPU-aa" + number,
                        driver,
                        OptionalLong.of(81559L << 20),
                        OptionalLong.of(1L << 30),
                        OptionalInt.of(0),
                        OptionalLong.of(0),
                        OptionalInt.of(capability)))
            .collect(Collectors.toList()),
        "");
  }

  private static String text(DeviceReport report) {
    List<String> lines =
        report.lines().stream().map(line -> line.text() + " " + line.remedy()).toList();
    return String.join("\n", lines);
  }
}
