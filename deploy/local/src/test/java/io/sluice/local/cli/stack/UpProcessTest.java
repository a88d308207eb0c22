package io.sluice.local.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.process.SluiceProcess;
import io.sluice.schemas.connection.LocalStackFile;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code sluice up} as a process: the state that it leaves behind when it is interrupted or killed.
 */
@Tag("broker")
class UpProcessTest {
  private static final String READY = "Ctrl-C stops";

  @TempDir private Path folder;

  @Test
  void givenUp_whenInterrupted_thenItAndTheRegistryEnd() throws Exception {
    Path data = folder.resolve("data");
    try (SluiceProcess up = SluiceProcess.start(folder, "up", "--data", data.toString())) {
      List<ProcessHandle> children = up.awaitLine(READY);

      up.interrupt();

      assertThat(up.exitCode()).isEqualTo(130);
      assertThat(children).isNotEmpty().noneMatch(ProcessHandle::isAlive);
      assertThat(LocalStackFile.in(data).path()).doesNotExist();
    }
  }

  @Test
  void givenUp_whenKilled_thenTheRegistryEndsAndTheNextStartWorks() throws Exception {
    Path data = folder.resolve("data");
    try (SluiceProcess killed = SluiceProcess.start(folder, "up", "--data", data.toString())) {
      List<ProcessHandle> children = killed.awaitLine(READY);

      killed.process().destroyForcibly();

      assertThat(children).isNotEmpty();
      for (ProcessHandle child : children) {
        child.onExit().get(10, TimeUnit.SECONDS);
      }
    }
    try (SluiceProcess next = SluiceProcess.start(folder, "up", "--data", data.toString())) {
      assertThat(next.awaitLine(READY)).isNotEmpty();
    }
  }
}
