package io.sluice.gpuworker.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFolderTest {
  @TempDir private Path dir;

  @Test
  void givenARunAtWork_whenAnotherWantsTheSameFolder_thenRefusedUntilTheFirstHasEnded()
      throws IOException {
    Path out = dir.resolve("model");
    try (OutputFolder first = OutputFolder.open(out)) {
      assertThatThrownBy(() -> OutputFolder.open(out))
          .hasMessageContaining("another run works on it");
      Files.writeString(Files.createDirectory(first.partial()).resolve("weights"), "whole");
      first.publish(first.partial());
    }

    assertThat(out.resolve("weights")).hasContent("whole");
    try (Stream<Path> files = Files.list(dir)) {
      assertThat(files).as("no lock is left").containsExactly(out);
    }
    Files.delete(out.resolve("weights"));
    try (OutputFolder again = OutputFolder.open(out)) {
      assertThat(again.partial().getParent()).isEqualTo(dir);
    }
  }
}
