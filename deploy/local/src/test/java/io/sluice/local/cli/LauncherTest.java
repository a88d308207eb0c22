package io.sluice.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.testing.DocumentedPage;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class LauncherTest {
  @Test
  void givenTheCommands_whenTheirJvmOptionsAreWritten_thenEachHasALineAndTheLastIsForAllOthers()
      throws IOException {
    List<String> lines = Subcommand.jvmOptions();

    assertThat(lines)
        .contains(
            "streams -XX:+ExitOnOutOfMemoryError --add-modules=jdk.incubator.vector",
            "worker MALLOC_ARENA_MAX=1 -XX:+ExitOnOutOfMemoryError",
            "trainer");
    assertThat(lines).hasSize(Subcommand.values().length + 1);
    assertThat(lines.get(lines.size() - 1)).isEqualTo("* -XX:+ExitOnOutOfMemoryError");
    // What the launcher reads.
    new DocumentedPage("src/main/launcher/jvm-options", String.join("\n", lines) + "\n")
        .check(LauncherTest.class);
  }

  @Test
  void givenABroker_whenTheCommandsOfTheClassListAreExecuted_thenNoneFails() throws IOException {
    assertThat(Rehearsal.rehearse()).isEmpty();
  }
}
