package io.sluice.gpuworker.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

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
  private final RunControlFixture control = new RunControlFixture();

  @Test
  void givenACommandThatWritesAModel_whenTrained_thenPlaceholdersAreFilledAndItsOutputIsLogged()
      throws Exception {
    TrainingOrder order = TrainingOrderFixture.order(folder, Optional.empty());

    Launcher.Trained trained =
        launcher(
                "sh -c 'cp \"$1\" \"$2/data\" && echo seed $3 rank $4; echo problem >&2' run"
                    + " {dataset} {output} {seed} {loraRank}")
            .train(order, control);

    assertThat(trained.folder().resolve("data")).hasSameTextualContentAs(order.folder().dataset());
    assertThat(Files.readString(order.folder().dataset()))
        .startsWith(
            "{\"id\":\"s0\",\"messages\":[{\"role\":\"user\",\"content\":\"Say s0\"},"
                + "{\"role\":\"assistant\",\"content\":\"s0\"}]}\n");
    assertThat(order.folder().log()).hasContent("seed 7 rank 128\nproblem\n");
    assertThat(control.output()).isEqualTo("seed 7 rank 128\nproblem");
  }

  @Test
  void givenARunningCommand_whenItHasWrittenALine_thenThatIsReportedBeforeItEnds()
      throws Exception {
    TrainingOrder order = TrainingOrderFixture.order(folder, Optional.empty());
    CompletableFuture<Launcher.Trained> training =
        control.start(
            launcher(
                "sh -c 'echo loading; until test -e \"$1\"; do sleep 0.1; done; echo > $2/weights'"
                    + " run "
                    + folder.resolve("go-on")
                    + " {output}"),
            order);
    while (!control.output().equals("loading")) {
      assertThat(training).isNotDone();
      Thread.sleep(10);
    }

    Files.createFile(folder.resolve("go-on"));

    assertThat(training.get().folder().resolve("weights")).exists();
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
  void givenAnExitCodeThatIsNotZero_whenTrained_thenTheReasonHasTheCodeAndTheLastLine()
      throws IOException {
    TrainingOrder order = TrainingOrderFixture.order(folder, Optional.empty());

    assertThatThrownBy(
            () -> launcher("sh -c 'echo first; echo out of memory; exit 3'").train(order, control))
        .isInstanceOf(JobFailedException.class)
        .hasMessageContaining("exit code 3")
        .hasMessageContaining("out of memory");
  }

  @Test
  void givenAProgramThatDoesNotExist_whenTrained_thenTheReasonSaysWhatToDo() throws IOException {
    TrainingOrder order = TrainingOrderFixture.order(folder, Optional.empty());

    assertThatThrownBy(() -> launcher("no-such-program-here").train(order, control))
        .isInstanceOf(JobFailedException.class)
        .hasMessageContaining("no-such-program-here")
        .hasMessageContaining("command.line");
  }

  @Test
  void givenATimeLimit_whenTheCommandTakesLonger_thenAllItsProcessesAreKilled() throws IOException {
    TrainingOrder order = TrainingOrderFixture.order(folder, Optional.of(Duration.ofSeconds(2)));

    assertThatThrownBy(() -> launcher(commandThatWritesPids()).train(order, control))
        .isInstanceOf(JobFailedException.class)
        .hasMessageContaining("time.limit.seconds");

    assertThatAllHaveEnded();
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
  void givenARunningCommand_whenCancelled_thenAllItsProcessesAreKilled() throws Exception {
    TrainingOrder order = TrainingOrderFixture.order(folder, Optional.empty());
    CompletableFuture<Launcher.Trained> training =
        control.start(launcher(commandThatWritesPids()), order);
    awaitPids();

    control.stop(StopReason.CANCELLED);

    assertThatThrownBy(training::get)
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseInstanceOf(InterruptedException.class);
    assertThatAllHaveEnded();
  }

  @Test
  void givenACommandThatAKilledTrainerHasLeft_whenTrainedAgain_thenItIsEndedFirst()
      throws Exception {
    TrainingOrder order = TrainingOrderFixture.order(folder, Optional.empty());
    ProcessGroup.start(
        CommandTemplate.parse(commandThatWritesPids()).arguments(),
        order.folder().log(),
        order.folder().process());
    awaitPids();

    launcher("sh -c 'echo done > {output}/model'").train(order, control);

    assertThatAllHaveEnded();
  }

  /** A shell with a child that outlives it unless the whole process group is killed. */
  private String commandThatWritesPids() {
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

  private void assertThatAllHaveEnded() throws IOException {
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
