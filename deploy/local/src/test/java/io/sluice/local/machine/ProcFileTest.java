package io.sluice.local.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcFileTest {
  @Test
  void givenAFile_whenItNamesASize_thenItIsInBytes(@TempDir Path folder) throws IOException {
    ProcFile file = new ProcFile(folder.resolve("status"));
    assertThat(file.bytes("VmHWM")).as("no file").isEmpty();

    Files.writeString(file.path(), "VmHWMs:\t1 kB\nVmHWM:\t   2048 kB\nVmRSS:\t7 kB\n");

    assertThat(file.bytes("VmHWM")).hasValue(2L << 20);
    assertThat(file.bytes("VmPeak")).isEmpty();
  }
}
