package io.sluice.local.cli.offline;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.bundled.BundledData;
import io.sluice.local.cli.CommandRun;
import io.sluice.local.process.SluiceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyCommandTest {
  private static final int CANDIDATES = 70;

  /** One plan for all runs: a random and two selected subsets, and two slices of each ranking. */
  private static final List<String> PLAN =
      List.of(
          "--representation=hidden-state,embedding",
          "--algorithm=round-robin",
          "--budget=3,6",
          "--seeds=1",
          "--quantiles=2",
          "--epochs=1",
          "--max-length=128");

  private static final int TRAININGS = 2 * (1 + 2) + 2 * 2;

  @TempDir private static Path folder;
  private static Path candidates;
  private static Path task;

  @BeforeAll
  static void writeData() throws IOException {
    BundledData.Written written = BundledData.write(folder.resolve("data"));
    candidates = written.candidates();
    String read = Files.readString(written.tasks().get(0));
    task = Files.writeString(folder.resolve("task.json"), withHeldOut(read));
  }

  /** The queries of the task serve as held-out examples too. */
  private static String withHeldOut(String text) {
    String queries = text.substring(text.indexOf('['), text.lastIndexOf(']') + 1);
    return text.substring(0, text.lastIndexOf('}')) + ", \"held_out\": " + queries + "}";
  }

  @Test
  void givenWeightsOf16Bits_whenAStudyRuns_thenItIsAnotherStudyThanOneIn32Bits() throws Exception {
    Path narrow = folder.resolve("narrow");
    assertThat(CommandRun.of(arguments(narrow, "--dtype=bfloat16")).err())
        .contains("--compute auto with --dtype bfloat16", "give --compute float32 or stored");

    CommandRun run = CommandRun.of(arguments(narrow, "--dtype=bfloat16", "--compute=stored"));

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(Files.readString(narrow.resolve("study.json")))
        .contains("weights of the base model in bfloat16, multiplied as stored");
    CommandRun wide = CommandRun.of(arguments(narrow));
    assertThat(wide.exitCode()).isEqualTo(1);
    assertThat(wide.err()).contains("other inputs", "training", "representation hidden-state");
  }

  @Test
  void givenAStudyThatIsKilledTwice_whenContinued_thenItsResultsEqualThoseOfOneThatIsNot()
      throws Exception {
    Path broken = folder.resolve("broken");
    Path block = broken.resolve("representations/hidden-state/candidates-000000.bin");
    killWhen(broken, () -> Files.exists(block));
    assertThat(broken.resolve("study.csv")).doesNotExist();
    killWhen(broken, () -> count(broken.resolve("losses")) >= 4);
    assertThat(broken.resolve("study.csv")).doesNotExist();
    long blockWritten = Files.getLastModifiedTime(block).toMillis();
    leaveCheckpointsOfAFinishedTraining(broken);

    CommandRun continued = CommandRun.of(arguments(broken));
    Path whole = folder.resolve("whole");
    CommandRun uninterrupted = CommandRun.of(arguments(whole));

    assertThat(continued.exitCode()).as(continued.err()).isZero();
    assertThat(uninterrupted.exitCode()).as(uninterrupted.err()).isZero();
    for (String name : List.of("study.csv", "study.json", "study.html")) {
      assertThat(broken.resolve(name)).hasSameBinaryContentAs(whole.resolve(name));
    }
    assertThat(Files.getLastModifiedTime(block).toMillis())
        .as("represented once and kept")
        .isEqualTo(blockWritten);
    assertThat(Files.readAllLines(whole.resolve("study.csv"))).hasSize(1 + 1 + TRAININGS);
    assertThat(count(broken.resolve("training"))).as("no checkpoint is left").isZero();
    assertThat(continued.out()).contains("study.csv").contains("study.json").contains("study.html");

    requireRefusedWithOtherInputs(whole);
    requireContinuedWithMore(whole);
  }

  /** As a process does that is killed after it has kept the losses of a training. */
  private static void leaveCheckpointsOfAFinishedTraining(Path out) throws IOException {
    try (Stream<Path> losses = Files.list(out.resolve("losses"))) {
      String file =
          losses
              .map(path -> path.getFileName().toString())
              .filter(name -> name.endsWith(".json") && !name.startsWith("none"))
              .findFirst()
              .orElseThrow();
      Path training = out.resolve("training").resolve(file.replace(".json", ""));
      Files.createDirectories(training);
      Files.writeString(training.resolve("checkpoint"), "left");
    }
  }

  private static void requireRefusedWithOtherInputs(Path whole) throws IOException {
    String before = Files.readString(whole.resolve("study.csv"));

    CommandRun run = CommandRun.of(arguments(whole, "--learning-rate=1e-3", "--limit=60"));

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .contains("holds a study of other inputs (candidates, training)")
        .contains("give another folder");
    assertThat(whole.resolve("study.csv")).hasContent(before);
  }

  /** Whatever was computed before counts: its lines are the same. */
  private static void requireContinuedWithMore(Path whole) throws IOException {
    List<String> before = Files.readAllLines(whole.resolve("study.csv"));
    int losses = count(whole.resolve("losses"));

    CommandRun run = CommandRun.of(arguments(whole, "--algorithm=round-robin,uot"));

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(Files.readAllLines(whole.resolve("study.csv")))
        .hasSize(before.size() + 2 * 2)
        .containsAll(before);
    assertThat(count(whole.resolve("losses"))).isBetween(losses, losses + 2 * 2);
  }

  @Test
  void givenOptionsThatDoNotFitTogether_whenRun_thenEachIsNamedAndNothingIsWritten()
      throws IOException {
    Path out = folder.resolve("refused");
    refused(out, "representation gradient needs warm-up checkpoints", "--model=m");
    refused(out, "--checkpoint needs --model", "--checkpoint=c");
    refused(
        out,
        "--checkpoint is for the representation gradient",
        "--model=m",
        "--checkpoint=c",
        "--representation=embedding");
    refused(
        out,
        "--embedding-model is for the representation embedding",
        "--embedding-model=e",
        "--representation=hidden-state");
    refused(out, "devices gpu: kind embedding is computed on the CPU", "--devices=gpu");
    refused(
        out,
        "use auto or cpu, or leave it out of --representation",
        "--devices=0",
        "--representation=hidden-state,embedding");
    refused(out, "algorithm 'less'", "--algorithm=less");
    refused(out, "named twice", "--representation=embedding,embedding");
    refused(out, "give them ascending", "--budget=20,10");
    refused(out, "1 slices", "--quantiles=1");
    refused(out, "--limit 0", "--limit=0");
    refused(out, "--representation activations", "--representation=activations");
    refused(out, "a budget of 200 needs as many candidates", "--limit=70");
    assertThat(out.resolve("representations")).doesNotExist();
  }

  @Test
  void givenATaskWithRules_whenRun_thenRefused() throws IOException {
    Path ruled =
        Files.writeString(
            folder.resolve("ruled.json"),
            Files.readString(task).replaceFirst("\\{", "{\"max_tokens\": 50,"));

    CommandRun run =
        CommandRun.of(
            "study",
            "--candidates=" + candidates,
            "--task=" + ruled,
            "--out=" + folder.resolve("r"));

    assertThat(run.exitCode()).isNotZero();
    assertThat(run.err()).contains("has rules");
  }

  private static void refused(Path out, String message, String... options) {
    List<String> arguments =
        new ArrayList<>(
            List.of("study", "--candidates=" + candidates, "--task=" + task, "--out=" + out));
    arguments.addAll(Arrays.asList(options));

    CommandRun run = CommandRun.of(arguments.toArray(String[]::new));

    assertThat(run.exitCode()).as(run.err()).isEqualTo(2);
    assertThat(run.err()).contains(message);
  }

  /** Runs the study as a process, and kills it as {@code kill -9} does once something holds. */
  private static void killWhen(Path out, BooleanSupplier condition) throws Exception {
    try (SluiceProcess study = SluiceProcess.start(folder.resolve("temporary"), arguments(out))) {
      while (!condition.getAsBoolean()) {
        assertThat(study.process().isAlive()).as("the study ended by itself").isTrue();
        Thread.sleep(5);
      }
      study.process().destroyForcibly().waitFor();
    }
  }

  private static String[] arguments(Path out, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("study", "--candidates=" + candidates, "--task=" + task, "--out=" + out));
    List<String> given = List.of(more);
    Stream.concat(PLAN.stream(), Stream.of("--limit=" + CANDIDATES))
        .filter(option -> given.stream().noneMatch(one -> name(one).equals(name(option))))
        .forEach(arguments::add);
    arguments.addAll(given);
    return arguments.toArray(String[]::new);
  }

  private static String name(String option) {
    return option.substring(0, option.indexOf('='));
  }

  private static int count(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return (int) files.filter(file -> !file.toString().endsWith(".writing")).count();
    } catch (IOException e) {
      return 0; // Not there yet.
    }
  }
}
