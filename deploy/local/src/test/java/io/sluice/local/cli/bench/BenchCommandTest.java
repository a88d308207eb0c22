package io.sluice.local.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.bundled.BundledData;
import io.sluice.local.bundled.BundledModel;
import io.sluice.local.bundled.WrittenModel;
import io.sluice.local.cli.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bench commands at sizes that take seconds: their output and the options that they refuse. */
class BenchCommandTest {
  private static final List<String> SMALL =
      List.of(
          "--layers=1",
          "--hidden=64",
          "--heads=2",
          "--intermediate=64",
          "--vocabulary=1024",
          "--rank=2",
          "--tokens=64",
          "--examples=3");

  @TempDir private Path folder;

  @Test
  void givenASmallLlama_whenMeasured_thenRatesMemoryAndEachStageHaveALine() {
    List<String> arguments = new ArrayList<>(List.of("bench", "represent", "--checkpoints=2"));
    arguments.addAll(SMALL);
    CommandRun run = CommandRun.of(arguments.toArray(String[]::new));

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("2 checkpoint(s), 1,024 values per checkpoint stored as SIGN")
        .containsPattern("examples +3\\R")
        .containsPattern("examples/s +\\d")
        .containsPattern("tokens/s +\\d")
        .containsPattern("peak memory +\\d+ MiB");
    for (String stage : List.of("tokenize", "forward\\+backward", "Adam", "projection", "encode")) {
      assertThat(run.out()).containsPattern("  " + stage + " +\\d+\\.\\d+\\R");
    }
  }

  @Test
  void givenAModelIn16Bits_whenMeasuredOnTheCpu_thenItIsNamedAndItsOperationsAreCounted()
      throws IOException {
    WrittenModel model = BundledModel.write(folder.resolve("model"));
    CommandRun run =
        CommandRun.of(
            "bench",
            "represent",
            "--tokens=64",
            "--examples=3",
            "--dtype=bfloat16",
            "--compute=stored",
            "--devices=cpu",
            "--recompute",
            "--model=" + model.base(),
            "--checkpoint=" + model.checkpoints().get(0));

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .startsWith("cpu, ")
        .containsPattern(
            "teraflops +0\\.\\d{3} \\(products with weights 0\\.\\d{3}, attention 0\\.\\d{3}\\)\\R");
  }

  @Test
  void givenAGpuThatIsNotThere_whenMeasured_thenItIsRefused() {
    List<String> arguments = new ArrayList<>(List.of("bench", "represent", "--devices=7"));
    arguments.addAll(SMALL);
    CommandRun run = CommandRun.of(arguments.toArray(String[]::new));

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("devices 7: ");
  }

  @ParameterizedTest
  @CsvSource({
    "--dtype=float8, 'float8'",
    "--devices=gpu0, 'use auto, cpu, gpu, or numbers of GPUs'",
    "--compute=fast, 'fast'",
    "--layers=0, use 1 or more",
    "--heads=0, use 1 or more",
    "--heads=5, must be a multiple of twice the heads",
    "--vocabulary=5, use 1024 or more",
    "--examples=0, use 1 or more",
    "--dimension=7, multiple of 8",
    "--tokens=1, use 2 or more",
    "--tokens-in-flight=0, allow at least 1",
    "--checkpoints=0, use 1 or more"
  })
  void givenAnImpossibleSize_whenMeasured_thenWrongUsageSaysTheRange(String option, String range) {
    CommandRun run = CommandRun.of("bench", "represent", option);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(range);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void givenAModel_whenItsMemoryIsMeasured_thenEachMomentAndTheShareOfTheModelAreNamed()
      throws IOException {
    WrittenModel model = BundledModel.write(folder.resolve("model"));
    CommandRun run =
        CommandRun.of(
            "bench",
            "memory",
            "--tokens=64",
            "--dtype=bfloat16",
            "--compute=stored",
            "--model=" + model.base(),
            "--checkpoint=" + model.checkpoints().get(0));

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .containsPattern("base model on disk +1 MB")
        .containsPattern("loading and self-test +[\\d.]+ s, \\d+ MB/s");
    for (String moment : List.of("before loading", "after loading", "after one text")) {
      assertThat(run.out()).containsPattern(moment + "( +[1-9]\\d*){3}\\R");
    }
    assertThat(run.out())
        .containsPattern("peak +\\d+ = \\d+\\.\\d\\d times the model")
        .containsPattern("a pass, by formula +\\d+\\R")
        .containsPattern("peak less these +\\d+ = ");
  }

  @ParameterizedTest
  @CsvSource({
    "--layers=0, use 1 or more",
    "--rank=0, use 1 or more",
    "--shape=llama-4, 'use one of [llama-3.2-1b, llama-3.2-3b, llama-3.1-8b]'",
    "--out=., exists"
  })
  void givenAnImpossibleModel_whenWritten_thenWrongUsageSaysWhatToUse(String option, String says) {
    List<String> arguments = new ArrayList<>(List.of("bench", "model", option));
    if (!option.startsWith("--out")) {
      arguments.add("--out=" + folder.resolve("new"));
    }
    CommandRun run = CommandRun.of(arguments.toArray(String[]::new));

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(says);
    assertThat(folder.resolve("new")).doesNotExist();
  }

  @Test
  void givenCandidatesAndTasks_whenEncodingsAreCompared_thenEachFormHasItsRow() throws IOException {
    CommandRun run =
        encodings("--limit=24", "--dimension=512,4096", "--encoding=SIGN,INT4", "--budget=4,8");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("24 candidates, 36 queries of 3 tasks, 2 checkpoints, gradients of 7,168 values")
        .contains("| dimensions | encoding | bytes | top 4 | top 8 |");
    for (String row : List.of("512 | SIGN | 128", "512 | INT4 | ", "4,096 | SIGN | 1,024")) {
      assertThat(run.out()).containsPattern("\\| " + row.replace("|", "\\|") + ".*0?\\d\\.\\d{3}");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--dimension=7, multiple of 8",
    "--limit=0, use 1 or more",
    "--seeds=0, use 1 or more",
    "--budget=0, at least 1"
  })
  void givenAnImpossibleComparison_whenRun_thenWrongUsageSaysTheRange(String option, String range)
      throws IOException {
    CommandRun run = encodings(option);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(range);
    assertThat(run.out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"round-robin", "doubly-greedy", "random:3"})
  void givenSyntheticScores_whenSelectedAsAStream_thenEachRunHasItsRowAndTheOrderIsTheBatchOne(
      String algorithm) throws IOException {
    Path scores = folder.resolve("out/scores.npy");

    CommandRun run =
        CommandRun.of(
            "bench",
            "select",
            "--queries=5",
            "--candidates=5000",
            "--budget=60",
            "--alike=0.5",
            "--runs=2",
            "--algorithm=" + algorithm,
            "--write=" + folder.resolve("out"));

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains(algorithm + ": 5 queries, 5,000 candidates one by one, budget 60")
        .containsPattern("  1 +\\d\\.\\d{3} .*\\R +2 +\\d\\.\\d{3} ")
        .contains(scores.toString());
    CommandRun offline =
        CommandRun.of(
            "select", "--similarity=" + scores, "--budget=60", "--algorithm=" + algorithm);
    assertThat(Files.readAllLines(folder.resolve("out/selected.txt")))
        .hasSize(60)
        .isEqualTo(offline.out().lines().toList());
  }

  @ParameterizedTest
  @CsvSource({
    "--queries=0, at least 1 query",
    "--candidates=0, 1 candidate",
    "--budget=0, budget of at least 1",
    "--runs=0, 1 run",
    "--alike=1.5, 0 to 1",
    "--algorithm=best, 'use round-robin, doubly-greedy, knn-uniform, random'"
  })
  void givenAnImpossibleSelection_whenMeasured_thenWrongUsageSaysTheRange(
      String option, String range) {
    CommandRun run = CommandRun.of("bench", "select", option);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(range);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void givenTwoEncodings_whenScoringIsMeasured_thenEachHasALineForItsLoopsAndOneForPlainJava() {
    CommandRun run =
        CommandRun.of(
            "bench",
            "score",
            "--queries=3",
            "--checkpoints=2",
            "--dimension=64",
            "--encoding=FLOAT16,SIGN",
            "--threads=2",
            "--seconds=1");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("3 queries of 2 x 64 values, 32 candidates at a time, 2 thread");
    for (String encoding : List.of("FLOAT16", "SIGN")) {
      for (String loops : List.of("vector", "plain")) {
        assertThat(run.out())
            .containsPattern(
                encoding + " +" + loops + " +[\\d,]*[1-9][\\d,]* +\\d+\\.\\d +\\d+\\.\\d\\d\\R");
      }
    }
    assertThat(run.out().lines()).hasSize(6);
  }

  @ParameterizedTest
  @CsvSource({
    "--queries=0, at least 1 query",
    "--checkpoints=0, 1 checkpoint",
    "--threads=0, 1 thread",
    "--seconds=0, 1 second",
    "--dimension=12, multiple of 8",
    "--dimension=0, multiple of 8",
    "--encoding=FLOAT32, FLOAT16 or shorter",
    "--encoding=HALF, FLOAT16"
  })
  void givenImpossibleScoring_whenMeasured_thenWrongUsageSaysTheRange(String option, String range) {
    CommandRun run = CommandRun.of("bench", "score", option);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(range);
    assertThat(run.out()).isEmpty();
  }

  private CommandRun encodings(String... more) throws IOException {
    WrittenModel model = BundledModel.write(folder.resolve("model"));
    BundledData.Written data = BundledData.write(folder.resolve("data"));
    List<String> arguments = new ArrayList<>(List.of("bench", "encodings"));
    arguments.add("--model=" + model.base());
    model.checkpoints().forEach(checkpoint -> arguments.add("--checkpoint=" + checkpoint));
    arguments.add("--candidates=" + data.candidates());
    data.tasks().forEach(task -> arguments.add("--task=" + task));
    arguments.addAll(List.of(more));
    return CommandRun.of(arguments.toArray(String[]::new));
  }
}
