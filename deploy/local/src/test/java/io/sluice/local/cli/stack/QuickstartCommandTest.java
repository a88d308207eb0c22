package io.sluice.local.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.bundled.BundledModel;
import io.sluice.local.bundled.WrittenModel;
import io.sluice.local.cli.CommandRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mistakes that {@code sluice quickstart} reports before it starts anything. */
class QuickstartCommandTest {
  private static final String TASK =
      """
      {"task": "%s", "queries": [{"id": "q", "messages": [
        {"role": "user", "content": "2 + 2?"}, {"role": "assistant", "content": "4"}]}]}
      """;

  @TempDir private Path folder;
  private String out;

  @BeforeEach
  void outputFolder() {
    out = folder.resolve("out").toString();
  }

  @Test
  void givenABudgetOfZero_whenRun_thenWrongUsageSaysTheRange() {
    CommandRun run = CommandRun.of("quickstart", "--out", out, "--budget", "0,10");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("budget 0 is out of range");
  }

  @Test
  void givenUnsortedBudgets_whenRun_thenWrongUsageSaysToSort() {
    CommandRun run = CommandRun.of("quickstart", "--out", out, "--budget", "100,50");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("budget 50 follows 100: sort budgets");
  }

  @Test
  void givenATypeOfWeightsForEmbeddings_whenRun_thenWrongUsageSaysThatTheyHaveNone() {
    CommandRun run =
        CommandRun.of("quickstart", "--out", out, "--kind=embedding", "--dtype=bfloat16");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("dtype bfloat16").contains("computes in float32");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--devices=tpu | | use auto, cpu, gpu, or numbers of GPUs",
        "--devices=gpu | --kind=embedding | kind embedding is computed on the CPU",
        "--devices=0,1 | --train | training uses one device"
      })
  void givenDevicesThatCannotBeUsed_whenRun_thenWrongUsageSaysWhy(
      String devices, String other, String message) {
    List<String> arguments = new ArrayList<>(List.of("quickstart", "--out", out, devices));
    Optional.ofNullable(other).ifPresent(arguments::add);

    CommandRun run = CommandRun.of(arguments.toArray(String[]::new));

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(message);
  }

  @Test
  void givenALimitOfZero_whenRun_thenWrongUsage() {
    CommandRun run = CommandRun.of("quickstart", "--out", out, "--limit", "0");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("limit 0");
  }

  @Test
  void givenTrainingWithAModelOfTheUser_whenRun_thenWrongUsageSaysWhatToUse() throws Exception {
    WrittenModel model = BundledModel.write(folder.resolve("model"));

    CommandRun run =
        CommandRun.of(
            "quickstart",
            "--out=" + out,
            "--train",
            "--model=" + model.base(),
            "--checkpoint=" + model.checkpoints().get(0));

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("--train is for the bundled model").contains("sluice train");
  }

  @Test
  void givenTrainingForATaskWithRules_whenRun_thenWrongUsageNamesTheTask() throws Exception {
    Path task =
        Files.writeString(
            folder.resolve("ruled.json"),
            "{\"task\": \"ruled\", \"leaks\": \"exclude\", \"queries\": [{\"messages\": ["
                + "{\"role\": \"user\", \"content\": \"1 + 1?\"},"
                + " {\"role\": \"assistant\", \"content\": \"2\"}]}]}");

    CommandRun run = CommandRun.of("quickstart", "--out=" + out, "--train", "--task=" + task);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("task ruled has rules: leave out --train");
  }

  @Test
  void givenNoSeed_whenRun_thenWrongUsage() {
    CommandRun run = CommandRun.of("quickstart", "--out", out, "--train", "--train-seeds", "0");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("--train-seeds 0: use 1 or more");
  }

  @ParameterizedTest
  @CsvSource({
    "--dimension, 7, multiple of 8",
    "--dimension, 262152, 8 to 262144",
    "--max-length, 1, use 2 or more",
    "--max-length, 2000000000, at most 1048576",
    "--encoding, FLOAT32, is only for queries"
  })
  void givenFeaturesOutOfRange_whenRun_thenWrongUsageSaysTheRange(
      String option, String value, String message) {
    CommandRun run = CommandRun.of("quickstart", "--out", out, option, value);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(message);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void givenAModelWithoutCheckpoints_whenRun_thenWrongUsageSaysTheyGoTogether() {
    CommandRun run = CommandRun.of("quickstart", "--out", out, "--model", folder.toString());

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("--model and --checkpoint go together");
  }

  @Test
  void givenAModelWithoutWeights_whenRun_thenTheMessageNamesTheFile() throws Exception {
    WrittenModel model = BundledModel.write(folder.resolve("model"));
    Files.delete(model.base().resolve("model.safetensors"));

    CommandRun run =
        CommandRun.of(
            "quickstart",
            "--out",
            out,
            "--model",
            model.base().toString(),
            "--checkpoint",
            model.checkpoints().get(0).toString());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("model.safetensors");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void givenACheckpointTwice_whenRun_thenWrongUsageNamesIt() throws Exception {
    WrittenModel model = BundledModel.write(folder.resolve("model"));
    String checkpoint = model.checkpoints().get(0).toString();

    CommandRun run =
        CommandRun.of(
            "quickstart",
            "--out",
            out,
            "--model",
            model.base().toString(),
            "--checkpoint",
            checkpoint,
            checkpoint + "/../" + model.checkpoints().get(0).getFileName());

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(checkpoint).contains("is given twice");
  }

  @Test
  void givenTaskFilesThatCannotBeUsed_whenRun_thenTheMessageNamesTheFileAndTheProblem()
      throws Exception {
    Path noQueries = Files.writeString(folder.resolve("a.json"), "{\"task\":\"a\",\"queries\":[]}");
    Path good = Files.writeString(folder.resolve("b.json"), TASK.formatted("b"));

    CommandRun empty = CommandRun.of("quickstart", "--out", out, "--task", noQueries.toString());
    CommandRun twice =
        CommandRun.of("quickstart", "--out", out, "--task", good.toString(), good.toString());

    assertThat(empty.exitCode()).isEqualTo(2);
    assertThat(empty.err()).contains("a.json").contains("0 queries");
    assertThat(twice.exitCode()).isEqualTo(2);
    assertThat(twice.err()).contains("task b is given twice");
  }

  @Test
  void givenNoCandidateFile_whenRun_thenTheMessageNamesIt() {
    CommandRun run = CommandRun.of("quickstart", "--out", out, "--candidates", "none.jsonl");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("none.jsonl: there is no such file");
  }
}
