package io.sluice.gpuworker.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sluice.gpuworker.job.JobControl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLauncherTest {
  @TempDir private Path folder;
  private final JobControl control = new JobControl();

  @Test
  void givenACommandThatWritesAModel_whenTrained_thenItSawItsPlaceholdersAndItsOutputIsLogged()
      throws Exception {
    TrainingOrder order = TrainingOrderFixture.order(folder, Optional.empty());

    Launcher.Trained trained =
        launcher(
                "sh -c 'cp \"$1\" \"$2/data\" && echo seed $3 rank $4; echo trouble >&2' run"
                    + " {dataset} {output} {seed} {loraRank}")
            .train(order, control);

    assertThat(trained.folder().resolve("data")).hasSameTextualContentAs(order.folder().dataset());
    assertThat(Files.readString(order.folder().dataset()))
        .startsWith(
            "{\"id\":\"s0\",\"messages\":[{\"role\":\"user\",\"content\":\"Say s0\"},"
                + "{\"role\":\"assistant\",\"content\":\"s0\"}]}\n");
    assertThat(order.folder().log()).hasContent("seed 7 rank 128\ntrouble\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "sh "})
  void givenAScriptNamedFromTheTrainersWorkingDirectory_whenTrained_thenItIsFound(String shell)
      throws Exception {
    Path script = Files.writeString(folder.resolve("train.sh"), "#!/bin/sh\necho > $1/weights\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
    Path relative = Path.of("").toAbsolutePath().relativize(script.toAbsolutePath());

    Launcher.Trained trained =
        launcher(shell + relative + " {output}")
            .train(TrainingOrderFixture.order(folder, Optional.empty()), control);

    assertThat(relative).isRelative();
    assertThat(trained.folder().resolve("weights")).exists();
  }

  @Test
  void givenAnExitCodeThatIsNotZero_whenTrained_thenTheReasonHasItAndTheLastLine()
      throws IOException {
    TrainingOrder order = TrainingOrderFixture.order(folder, Optional.empty());

    assertThatThrownBy(
            () -> launcher("sh -c 'echo first; echo out of memory; exit 3'").train(order, control))
        .isInstanceOf(JobFailedException.class)
        .hasMessageContaining("exit code 3")
        .hasMessageContaining("out of memory");
  }

  @Test
  void givenAProgramThatIsNotThere_whenTrained_thenTheReasonSaysWhatToDo() throws IOException {
    TrainingOrder order = TrainingOrderFixture.order(folder, Optional.empty());

    assertThatThrownBy(() -> launcher("no-such-program-here").train(order, control))
        .isInstanceOf(JobFailedException.class)
        .hasMessageContaining("no-such-program-here")
        .hasMessageContaining("command.line");
  }

  @Test
  void givenALimit_whenTheCommandTakesLonger_thenItIsKilledWithAllThatItStarted()
      throws IOException {
    TrainingOrder order = TrainingOrderFixture.order(folder, Optional.of(Duration.ofSeconds(2)));

    assertThatThrownBy(() -> launcher(leavingPids()).train(order, control))
        .isInstanceOf(JobFailedException.class)
        .hasMessageContaining("time.limit.seconds");

    assertThatAllAreGone();
  }

  @Test
  void givenAProgramThatLeavesAChildInAnotherSession_whenItFails_thenTheChildIsEndedToo()
      throws IOException {
    assumeThat(ProcessGroup.onPath("setsid")).as("this system has setsid").isPresent();
    TrainingOrder order = TrainingOrderFixture.order(folder, Optional.empty());
    Path pid = folder.resolve("pid");

    assertThatThrownBy(
            () ->
                launcher(
                        "sh -c 'setsid sh -c \"echo \\$\\$ > "
                            + pid
                            + "; exec sleep 600\" & sleep 1; exit 5'")
                    .train(order, control))
        .hasMessageContaining("exit code 5");

    assertThat(ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())))
        .as("the child")
        .matches(child -> child.filter(ProcessHandle::isAlive).isEmpty());
  }

  @Test
  void givenACommandAtWork_whenCancelled_thenItIsKilledWithAllThatItStarted() throws Exception {
    TrainingOrder order = TrainingOrderFixture.order(folder, Optional.empty());
    CompletableFuture<Launcher.Trained> training = inBackground(order);
    awaitPids();

    control.stop(Stop.CANCELLED);

    assertThatThrownBy(training::get)
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseInstanceOf(InterruptedException.class);
    assertThatAllAreGone();
  }

  @Test
  void givenACommandLeftByATrainerThatWasKilled_whenTrainedAgain_thenItIsEndedFirst()
      throws Exception {
    TrainingOrder order = TrainingOrderFixture.order(folder, Optional.empty());
    ProcessGroup.start(
        CommandTemplate.parse(leavingPids()).arguments(),
        order.folder().log(),
        order.folder().process());
    awaitPids();

    launcher("sh -c 'echo done > {output}/model'").train(order, control);

    assertThatAllAreGone();
  }

  private CompletableFuture<Launcher.Trained> inBackground(TrainingOrder order) {
    return CompletableFuture.supplyAsync(
        () -> {
          control.begin();
          try {
            return launcher(leavingPids()).train(order, control);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          } finally {
            control.end();
          }
        });
  }

  /** A shell that starts another, which outlives it unless the whole group is killed. */
  private String leavingPids() {
    return "sh -c 'sleep 60 & echo $! > \"$1.writing\"; echo $$ >> \"$1.writing\"; mv \"$1.writing\" \"$1\"; wait' run "
        + folder.resolve("pids");
  }

  private void awaitPids() throws InterruptedException {
    Instant deadline = Instant.now().plusSeconds(20);
    while (!Files.exists(folder.resolve("pids"))) {
      assertThat(Instant.now()).isBefore(deadline);
      Thread.sleep(10);
    }
  }

  private void assertThatAllAreGone() throws IOException {
    assertThat(Files.readAllLines(folder.resolve("pids")))
        .hasSize(2)
        .allSatisfy(
            pid ->
                assertThat(ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive))
                    .isEmpty());
  }

  private static CommandLauncher launcher(String line) {
    return new CommandLauncher(CommandTemplate.parse(line));
  }
}
