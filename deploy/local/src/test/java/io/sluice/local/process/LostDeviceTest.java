package io.sluice.local.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LostDeviceTest {
  @Test
  void givenALostDevice_whenTheProcessEnds_thenItsExitCodeIsOneThatNoOtherFailureHas(
      @TempDir Path temporary) throws Exception {
    Process process =
        new ProcessBuilder(
                ChildJvm.command(temporary, List.of(), Stream.of(LostDevice.class.getName())))
            .redirectErrorStream(true)
            .start();
    try (BufferedReader output = process.inputReader()) {
      assertThat(output.lines().toList())
          .anyMatch(line -> line.startsWith("sluice: the examples cannot be represented"));
      assertThat(process.waitFor()).isEqualTo(75);
    } finally {
      process.destroyForcibly();
    }
  }
}
