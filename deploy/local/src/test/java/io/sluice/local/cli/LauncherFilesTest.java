package io.sluice.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class LauncherFilesTest {
  @Test
  void givenTheCommands_whenTheirJvmOptionsAreWritten_thenEachHasALineAndTheLastIsForAllOthers() {
    List<String> lines = LauncherFiles.jvmOptions();

    assertThat(lines)
        .contains(
            "streams -XX:+ExitOnOutOfMemoryError --add-modules=jdk.incubator.vector",
            "worker -XX:+ExitOnOutOfMemoryError",
            "trainer");
    assertThat(lines).hasSize(Subcommand.values().length + 1);
    assertThat(lines.get(lines.size() - 1)).isEqualTo("* -XX:+ExitOnOutOfMemoryError");
  }

  @Test
  void givenABroker_whenTheCommandsOfTheClassListAreExecuted_thenNoneFails() throws IOException {
    assertThat(LauncherFiles.rehearse()).isEmpty();
  }
}
