package io.sluice.gpuworker.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program in the place of nvidia-smi prints what that prints. */
class NvidiaSmiTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir private Path folder;

  @Test
  void givenTwoGpus_whenAsked_thenTheirValuesAreReadAndUnknownOnesAreEmpty() throws Exception {
    GpuDriver.Answer answer =
        program(
                """
                case "$1" in --query-gpu=index,name,*) ;; *) exit 2 ;; esac
                echo "0, NVIDIA H100 80GB HBM3, GPU-5f1a, 570.86.15, 81559, 1024, 37, 0, 9.0"
                echo "1, NVIDIA GeForce RTX 4090, [N/A], 570.86.15, 24564, 2, 0, [N/A], [N/A]"
                """)
            .ask();
    long mib = 1 << 20;
    assertThat(answer.problem()).isEmpty();
    assertThat(answer.gpus())
        .containsExactly(
            new Gpu(
                0,
                "NVIDIA H100 80GB HBM3",
                "GPU-5f1a",
                "570.86.15",
                OptionalLong.of(81559 * mib),
                OptionalLong.of(1024 * mib),
                OptionalInt.of(37),
                OptionalLong.of(0),
                OptionalInt.of(9)),
            new Gpu(
                1,
                "NVIDIA GeForce RTX 4090",
                "",
                "570.86.15",
                OptionalLong.of(24564 * mib),
                OptionalLong.of(2 * mib),
                OptionalInt.of(0),
                OptionalLong.empty(),
                OptionalInt.empty()));
  }

  @Test
  void givenAnOldDriverThatRefusesAField_whenAsked_thenItTellsTheOthers() throws Exception {
    GpuDriver.Answer answer =
        program(
                """
                case "$1" in
                  *,compute_cap) echo 'Field "compute_cap" is not a valid field to query.'; exit 2 ;;
                esac
                echo "0, Tesla T4, GPU-77aa, 470.256.02, 15360, 3, 0, 0"
                """)
            .ask();
    assertThat(answer.problem()).isEmpty();
    assertThat(answer.gpus())
        .singleElement()
        .satisfies(
            gpu -> {
              assertThat(gpu.driver()).isEqualTo("470.256.02");
              assertThat(gpu.uuid()).isEqualTo("GPU-77aa");
              assertThat(gpu.capability()).isEmpty();
            });
  }

  @Test
  void givenADriverThatFails_whenAsked_thenItsWordsAreTheReason() throws Exception {
    GpuDriver.Answer answer =
        program(
                """
                echo "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver."
                exit 9
                """)
            .ask();
    assertThat(answer.gpus()).isEmpty();
    assertThat(answer.problem()).contains("couldn't communicate with the NVIDIA driver");
  }

  @Test
  void givenADriverThatHangs_whenAsked_thenTheWaitEnds() throws Exception {
    NvidiaSmi hanging = new NvidiaSmi(program("exec sleep 600").program(), Duration.ofMillis(200));
    assertThat(hanging.ask().problem()).contains("did not answer");
  }

  @Test
  void givenNoProgramOrOtherOutput_whenAsked_thenThereIsAReason() throws Exception {
    assertThat(new NvidiaSmi(folder.resolve("none").toString(), PATIENCE).ask().problem())
        .isEqualTo("nvidia-smi is not installed");
    assertThat(program("echo No devices were found").ask().problem())
        .contains("No devices were found");
  }

  private NvidiaSmi program(String script) throws IOException {
    Path file = folder.resolve("nvidia-smi");
    Files.writeString(file, "#!/bin/sh\n" + script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return new NvidiaSmi(file.toString(), PATIENCE);
  }
}
