package io.sluice.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.testing.DocumentedPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherTest {
  private static final String HOME = System.getProperty("java.home");

  @TempDir private Path folder;

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

  @Test
  void givenAProfileWhoseArtifactIsMissing_whenTheBuildFails_thenTheOtherWayIsNamed()
      throws IOException {
    Files.createFile(folder.resolve("pom.xml"));
    String missing = "[ERROR] Could not find artifact ai.djl.pytorch:pytorch-native-cu128:jar";
    ScriptRun.program(folder.resolve("bin/mvn"), "echo '" + missing + "'\nexit 1\n");

    ScriptRun run =
        ScriptRun.of("sluice", folder, Map.of("SLUICE_PROFILE", "cuda", "JAVA_HOME", HOME));

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output())
        .contains(missing, "set PYTORCH_LIBRARY_PATH instead of SLUICE_PROFILE", "build failed");
  }

  @Test
  void givenAnotherFailureOfTheBuild_whenReported_thenNothingIsSaidOfGpus() throws IOException {
    Files.createFile(folder.resolve("pom.xml"));
    ScriptRun.program(folder.resolve("bin/mvn"), "echo '[ERROR] no space left'\nexit 1\n");

    ScriptRun run = ScriptRun.of("sluice", folder, Map.of("JAVA_HOME", HOME));

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output())
        .contains("no space left", "the build failed")
        .doesNotContain("PYTORCH_LIBRARY_PATH");
  }
}
