package io.sluice.local.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.cli.CommandRun;
import io.sluice.schemas.file.TaskFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundledCommandTest {
  @TempDir private Path dir;

  @Test
  void givenANewFolder_whenWritten_thenTheOtherCommandsCanUseTheFiles() throws Exception {
    CommandRun run = CommandRun.of("bundled", "--out=" + dir.resolve("new"));

    assertThat(run.exitCode()).as(run.err()).isZero();
    List<Path> written = run.out().lines().map(Path::of).toList();
    assertThat(written).hasSize(1 + 3 + 1 + 2).allSatisfy(path -> assertThat(path).exists());
    for (Path task : written.subList(1, 4)) {
      assertThat(TaskFile.read(task).queries()).hasSizeGreaterThanOrEqualTo(8);
    }
    Path out = dir.resolve("adapter");
    CommandRun warmup =
        CommandRun.of(
            "warmup",
            "--model=" + written.get(4),
            "--candidates=" + written.get(0),
            "--limit=4",
            "--epochs=1",
            "--lora-rank=2",
            "--out=" + out);
    assertThat(warmup.exitCode()).as(warmup.err()).isZero();
    assertThat(Files.exists(out)).isTrue();
  }
}
