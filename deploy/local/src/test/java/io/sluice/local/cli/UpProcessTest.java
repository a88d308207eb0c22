package io.sluice.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.stack.LocalStack;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code sluice up} as a process: what it leaves behind when it is stopped in the ways there are.
 */
class UpProcessTest {
  private static final Duration GONE_WITHIN = Duration.ofSeconds(10);

  @Test
  void givenUp_whenInterrupted_thenItEndsAndTheRegistryWithIt(@TempDir Path directory)
      throws Exception {
    Process up = start(directory);
    List<ProcessHandle> children = awaitReady(up);

    new ProcessBuilder("kill", "-INT", Long.toString(up.pid())).start().waitFor();

    assertThat(up.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(up.exitValue()).isEqualTo(130);
    assertThat(children).isNotEmpty().noneMatch(ProcessHandle::isAlive);
    assertThat(directory.resolve(LocalStack.PROPERTIES)).doesNotExist();
  }

  @Test
  void givenUp_whenKilled_thenTheRegistryEndsAndTheNextStartWorks(@TempDir Path directory)
      throws Exception {
    Process killed = start(directory);
    List<ProcessHandle> children = awaitReady(killed);

    killed.destroyForcibly().waitFor();

    assertThat(children).isNotEmpty();
    for (ProcessHandle child : children) {
      child.onExit().get(GONE_WITHIN.toSeconds(), TimeUnit.SECONDS);
    }
    Process next = start(directory);
    awaitReady(next);
    next.destroy();
    assertThat(next.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(next.descendants()).isEmpty();
  }

  private static Process start(Path directory) throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-Dsluice.registry.home=" + System.getProperty("sluice.registry.home"),
            "-cp",
            System.getProperty("java.class.path"),
            Sluice.class.getName(),
            "up",
            "--data",
            directory.toString())
        .redirectError(Files.createTempFile(directory, "up", ".err").toFile())
        .start();
  }

  /** Waits for the line that comes when everything serves; gives the child processes. */
  private static List<ProcessHandle> awaitReady(Process up) throws Exception {
    BufferedReader lines = up.inputReader();
    String line = lines.readLine();
    while (line != null && !line.contains("Ctrl-C stops")) {
      line = lines.readLine();
    }
    assertThat(line).as("output ended before the stack was ready").isNotNull();
    return up.descendants().toList();
  }
}
