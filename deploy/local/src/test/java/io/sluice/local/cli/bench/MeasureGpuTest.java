package io.sluice.local.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.cli.ScriptRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code deploy/measure-gpu} with stand-ins for the launcher and Maven, which note their calls. */
class MeasureGpuTest {
  private static final String DEVICES =
      """
      gpu      GPU 0: NVIDIA L4, 22.5 GiB, of which 0.1 GiB are used
      number   gpu(0) is GPU 1 of nvidia-smi: NVIDIA H100 80GB HBM3, GPU-5f1a
      used     one GPU, gpu(0); CUDA_VISIBLE_DEVICES is '1'
      """;

  private static final String LAUNCHER =
      """
      echo "$CUDA_VISIBLE_DEVICES $CUDA_DEVICE_ORDER: $*" >>"$CALLS"
      case "$1 ${2:-}" in
        'devices ')
          cat "$CALLS.devices"
          ;;
        'bench model')
          mkdir "$6"
          ls "$(dirname "$6")" >>"$CALLS.folders"
          printf '%s\\n' "--model $6/base" "--checkpoint $6/warmup/checkpoint-10"
          ;;
        'bench represent')
          if [[ $4 == *"${FAILS:-none}"* ]]; then echo "sluice: $REASON" >&2; exit 1; fi
          echo 'gpu(0), 16 processors; 1 checkpoint(s), 8,192 values per checkpoint stored as SIGN'
          echo 'tokens/s               31415'
          echo 'teraflops            123.456 (products with weights 120.000, attention 3.456)'
          ;;
      esac
      """;

  private static final String MAVEN =
      """
      echo "$CUDA_VISIBLE_DEVICES mvn $*" >>"$CALLS"
      cat "$CALLS.maven"
      exit "${MAVEN_EXIT:-0}"
      """;

  private static final String COUNTS =
      """
      [WARNING] Tests run: 30, Failures: 0, Errors: 0, Skipped: 4, Time elapsed: 9 s -- in io.a.ReferenceRunTest
      [INFO] Tests run: 11, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 9 s -- in io.a.NarrowArchitectureTest
      [WARNING] Tests run: 41, Failures: 0, Errors: 0, Skipped: 4
      """;

  @TempDir private Path folder;
  private Path root;
  private Path calls;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void writeStandIns() throws IOException {
    root = Files.createDirectory(folder.resolve("tree"));
    calls = folder.resolve("calls");
    Files.createFile(root.resolve("pom.xml"));
    ScriptRun.program(root.resolve("deploy/sluice"), LAUNCHER);
    ScriptRun.program(root.resolve("bin/mvn"), MAVEN);
    Files.writeString(folder.resolve("calls.devices"), DEVICES);
    Files.writeString(folder.resolve("calls.maven"), COUNTS);
    environment.put("CALLS", calls.toString());
    environment.put("TMPDIR", Files.createDirectory(folder.resolve("tmp")).toString());
  }

  @Test
  void givenAGpu_whenMeasured_thenTheComparisonIsCountedAndEachShapeHasARow() throws IOException {
    ScriptRun run = measure("--device", "1");

    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(run.output())
        .containsPattern("ReferenceRunTest +26 ran, 4 skipped")
        .containsPattern("NarrowArchitectureTest +11 ran, 0 skipped")
        .contains("37 cases ran on the device and agree; 4 were skipped.");
    for (String shape : List.of("llama-3.2-1b", "llama-3.2-3b", "llama-3.1-8b")) {
      assertThat(run.output())
          .contains(
              "| "
                  + shape
                  + " | NVIDIA H100 80GB HBM3 | 1024 tokens, 1 checkpoint, bfloat16 | 31415"
                  + " | 123.456 (products with weights 120.000, attention 3.456) |");
    }
    assertThat(Files.readAllLines(calls))
        .hasSize(8)
        .startsWith("1 PCI_BUS_ID: devices")
        .anyMatch(
            call ->
                call.startsWith("1 mvn -B -ntp -pl gpu-worker -am test -Dtest=Reference")
                    && call.contains("NarrowArchitectureTest,SharedPassTest,ReductionTest"))
        .anyMatch(
            call ->
                call.startsWith("1 PCI_BUS_ID: bench represent --model ")
                    && call.endsWith(
                        "/llama-3.1-8b/warmup/checkpoint-10 --dtype auto --compute stored"
                            + " --devices 0 --recompute --tokens 1024 --examples 256"));
  }

  @Test
  void givenModels_whenMeasured_thenOneAtATimeIsOnTheDiskAndNoneAtTheEnd() throws IOException {
    assertThat(measure("--skip-parity").exitCode()).isZero();

    assertThat(Files.readAllLines(folder.resolve("calls.folders")).stream().filter(this::isModel))
        .containsExactly("llama-3.2-1b", "llama-3.2-3b", "llama-3.1-8b");
    assertThat(folder.resolve("tmp")).isEmptyDirectory();
  }

  private boolean isModel(String file) {
    return file.startsWith("llama");
  }

  @Test
  void givenOptions_whenMeasured_thenTheBenchGetsThemAndNothingIsCompared() throws IOException {
    ScriptRun run =
        measure("--skip-parity", "--dtype", "float32", "--examples", "64", "--tokens", "512");

    assertThat(run.output()).contains("| 512 tokens, 1 checkpoint, float32 |");
    assertThat(Files.readString(calls))
        .contains("--dtype float32 --devices 0 --recompute --tokens 512 --examples 64")
        .startsWith("0 PCI_BUS_ID: devices")
        .doesNotContain("mvn", "stored");
  }

  @ParameterizedTest
  @CsvSource({
    "'a text of 256 tokens needs about 26.2 GiB on each device, 22.0 GiB are there: use a larger one'",
    "'its 1024 tokens need more memory than is available: lower the length limit'",
    "'gpu(0): CUDA out of memory. Tried to allocate 2 GiB'"
  })
  void givenAShapeThatDoesNotFit_whenMeasured_thenItIsLeftOutAndTheOthersAreMeasured(String reason)
      throws IOException {
    environment.putAll(Map.of("FAILS", "8b", "REASON", reason));

    ScriptRun run = measure("--skip-parity");

    assertThat(run.exitCode()).isZero();
    assertThat(run.output())
        .contains("llama-3.1-8b is left out, because the GPU has too little memory: " + reason)
        .contains("| llama-3.2-1b |", "| llama-3.2-3b |")
        .doesNotContain("| llama-3.1-8b |");
  }

  @Test
  void givenNoShapeThatFits_whenMeasured_thenItIsAFailure() throws IOException {
    environment.putAll(Map.of("FAILS", "llama", "REASON", "CUDA out of memory"));

    ScriptRun run = measure("--skip-parity");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output()).contains("no shape could be measured").doesNotContain("| model |");
  }

  @Test
  void givenAnotherFailure_whenMeasured_thenItEndsWithItsReasonAndLeavesNothing()
      throws IOException {
    environment.putAll(Map.of("FAILS", "3b", "REASON", "a self-test fails"));

    ScriptRun run = measure("--skip-parity");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output())
        .contains("sluice: a self-test fails", "llama-3.2-3b could not be measured");
    assertThat(folder.resolve("tmp")).isEmptyDirectory();
  }

  @Test
  void givenACaseThatFails_whenCompared_thenNothingIsMeasured() throws IOException {
    environment.put("MAVEN_EXIT", "1");
    Files.writeString(folder.resolve("calls.maven"), "[ERROR] loss differs\n");

    ScriptRun run = measure();

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output()).contains("[ERROR] loss differs", "the comparison failed, see ");
    assertThat(Files.readString(calls)).doesNotContain("bench");
  }

  @Test
  void givenOnlySkippedCases_whenCompared_thenNoAgreementIsClaimed() throws IOException {
    Files.writeString(
        folder.resolve("calls.maven"),
        "Tests run: 4, Failures: 0, Errors: 0, Skipped: 4, Time elapsed: 1 s -- in a.SharedPassTest\n");

    ScriptRun run = measure();

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output()).contains("no case of the comparison ran").doesNotContain("agree");
  }

  @Test
  void givenARelease_whenMeasured_thenTheComparisonIsRefusedAndTheRestWorks() throws IOException {
    Files.delete(root.resolve("pom.xml"));

    ScriptRun refused = measure();
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.output()).contains("only the source tree has: give --skip-parity");
    assertThat(calls).doesNotExist();
    assertThat(measure("--skip-parity").exitCode()).isZero();
  }

  @Test
  void givenNoGpuInUse_whenMeasured_thenItIsNotStarted() throws IOException {
    Files.writeString(
        folder.resolve("calls.devices"),
        "used     the CPU, although CUDA_VISIBLE_DEVICES is 'GPU-5f1a'\n");

    ScriptRun run = measure();

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output()).contains("used     the CPU", "GPU 0 is not used, see above");
    assertThat(Files.readAllLines(calls)).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"'2,3', 1, 3", "'GPU-a, MIG-b', 1, MIG-b", "'2', 0, 2"})
  void givenVisibleDevices_whenOneIsChosen_thenOnlyItIsSeen(String all, String device, String one)
      throws IOException {
    environment.put("CUDA_VISIBLE_DEVICES", all);
    Files.writeString(folder.resolve("calls.devices"), "used     one GPU, gpu(0)\n");

    ScriptRun run = measure("--skip-parity", "--device", device);

    assertThat(run.output()).contains("| llama-3.2-1b | " + one + " | ");
    assertThat(Files.readString(calls)).startsWith(one + " PCI_BUS_ID: devices");
  }

  @ParameterizedTest
  @CsvSource({"'2,3', 2", "'', 0"})
  void givenVisibleDevices_whenAnotherIsChosen_thenItIsRefused(String all, String device)
      throws IOException {
    environment.put("CUDA_VISIBLE_DEVICES", all);

    ScriptRun run = measure("--skip-parity", "--device", device);

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output()).contains("which has no GPU " + device);
  }

  @ParameterizedTest
  @CsvSource({
    "'--dtype float16', 'use auto or float32'",
    "'--examples many', 'many is no number'",
    "'--device', '--device needs a value'",
    "'--layers 2', 'there is no option --layers'"
  })
  void givenAWrongOption_whenMeasured_thenItIsNamedAndTheUsageIsPrinted(String option, String says)
      throws IOException {
    ScriptRun run = measure(option.split(" "));

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.output()).contains("measure-gpu: " + option(says), "Usage: deploy/measure-gpu");
    assertThat(calls).doesNotExist();
  }

  private static String option(String says) {
    return says.startsWith("use") ? "--dtype float16: " + says : says;
  }

  @Test
  void givenHelp_whenAskedFor_thenTheNeedsAndTheCountAreSaid() throws IOException {
    ScriptRun run = measure("--help");

    assertThat(run.exitCode()).isZero();
    assertThat(run.output())
        .contains("18 GB of disk", "6 operations for each weight", "--device N", "not known");
  }

  private ScriptRun measure(String... arguments) throws IOException {
    return ScriptRun.of("measure-gpu", root, environment, arguments);
  }
}
