package io.sluice.local.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.process.SluiceProcess;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sluice quickstart} as a process that is interrupted while it runs. */
@Tag("broker")
class QuickstartProcessTest {
  @Test
  void givenARunningQuickstart_whenInterrupted_thenNoProcessAndNoDataAreLeft(@TempDir Path folder)
      throws Exception {
    Path temporary = folder.resolve("tmp");
    String out = folder.resolve("out").toString();
    try (SluiceProcess quickstart = SluiceProcess.start(temporary, "quickstart", "--out", out)) {
      List<ProcessHandle> children = quickstart.awaitLine("candidates in");

      quickstart.interrupt();

      assertThat(quickstart.exitCode()).isEqualTo(130);
      assertThat(children).isNotEmpty().noneMatch(ProcessHandle::isAlive);
      assertThat(temporary).isDirectoryNotContaining("glob:**sluice-quickstart*");
    }
  }
}
