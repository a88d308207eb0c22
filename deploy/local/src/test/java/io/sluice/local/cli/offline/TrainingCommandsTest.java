package io.sluice.local.cli.offline;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gpuworker.model.file.Safetensors;
import io.sluice.gpuworker.model.lora.LoraCheckpoint;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.form.FormOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class TrainingCommandsTest {
  private static final Path GOLDEN =
      Path.of("../../gpu-worker/src/test/resources/golden").toAbsolutePath().normalize();
  private static final Path BASE = GOLDEN.resolve("tiny-llama/base");
  private static final Path DATA = GOLDEN.resolve("train.jsonl");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;

  @Test
  void givenCandidates_whenWarmedUp_thenOutHasOneCheckpointPerEpochAndNothingElse()
      throws IOException {
    Path warmup = folder.resolve("warmup");

    int exit = warmup(BASE, DATA, warmup, "--fraction", "0.2", "--epochs", "2", "--lora-rank", "4");

    assertThat(err.toString()).isEmpty();
    assertThat(exit).isZero();
    assertThat(names(warmup)).containsExactly("checkpoint-3", "checkpoint-6");
    assertThat(names(folder)).as("no partial folder is left").containsExactly("warmup");
    assertThat(LoraCheckpoint.open(warmup.resolve("checkpoint-6")).rank()).isEqualTo(4);
    assertThat(out.toString())
        .contains("Trained on 12 of 60 candidates")
        .contains(warmup.resolve("checkpoint-3").toString());
  }

  @Test
  void givenAFolderWithFilesOrAModelThatIsMissing_whenWarmedUp_thenTheErrorSaysWhatToDo()
      throws IOException {
    Path full = Files.createDirectory(folder.resolve("full"));
    Files.writeString(full.resolve("notes.txt"), "mine");

    assertThat(warmup(BASE, DATA, full)).isEqualTo(1);
    assertThat(err.toString()).contains("contains files: give a new folder");
    assertThat(warmup(folder.resolve("none"), DATA, folder.resolve("new"))).isEqualTo(1);
    assertThat(err.toString()).contains("none is not a folder");
    assertThat(warmup(BASE, DATA, folder.resolve("no/parent"))).isEqualTo(1);
    assertThat(err.toString()).contains("create it first");
    assertThat(warmup(BASE, DATA, folder.resolve("new"), "--fraction", "0")).isEqualTo(2);
    assertThat(warmup(BASE, DATA, folder.resolve("new"), "--batch", "0")).isEqualTo(2);
    assertThat(err.toString()).contains("batch size 0: use a value 1 or more");
    assertThat(names(folder)).containsExactly("full");
  }

  @Test
  void givenNothingToLearn_whenWarmedUp_thenTheErrorGivesTheFirstReason() throws IOException {
    Path mute = folder.resolve("mute.jsonl");
    Files.writeString(
        mute, "{\"id\":\"a\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}\n");
    Path none = Files.writeString(folder.resolve("none.jsonl"), "\n");

    assertThat(warmup(BASE, mute, folder.resolve("new"))).isEqualTo(1);
    assertThat(err.toString()).contains("line 1 is left out: no assistant turn has content");
    assertThat(warmup(BASE, none, folder.resolve("new"))).isEqualTo(1);
    assertThat(err.toString()).contains("contains no candidate").contains("it is empty");

    Path prose = Files.writeString(folder.resolve("prose.jsonl"), "Dear all,\n\nhello\n");
    assertThat(train(folder.resolve("new"), "--data", prose.toString())).isEqualTo(1);
    assertThat(err.toString())
        .contains("prose.jsonl contains no example: it needs lines of {\"messages\": [...]}")
        .contains("no example in line 1, line 3");
    assertThat(names(folder)).containsExactly("mute.jsonl", "none.jsonl", "prose.jsonl");
  }

  @Test
  void givenLinesThatAreNoExamples_whenTrainedAndWarmedUp_thenTheyAreReportedAndTheExitCodeIsOne()
      throws IOException {
    Path mixed = folder.resolve("mixed.jsonl");
    Files.writeString(mixed, "none\n".repeat(12) + Files.readString(DATA));

    int exit = warmup(BASE, mixed, folder.resolve("w"), "--epochs", "1", "--lora-rank", "2");

    assertThat(exit).isEqualTo(1);
    assertThat(err.toString()).contains("line 10 is left out").contains("and 2 more lines");
    assertThat(out.toString()).contains("12 lines of the file are not candidates");
    assertThat(folder.resolve("w")).isNotEmptyDirectory();
    assertThat(train(folder.resolve("t"), "--data", mixed.toString(), "--lora-rank", "2"))
        .isEqualTo(1);
    assertThat(folder.resolve("t")).isNotEmptyDirectory();
    assertThat(
            train(
                folder.resolve("s"), "--data", mixed.toString(), "--lora-rank=2", "--skip-invalid"))
        .isZero();
  }

  @Test
  void givenTheConfigOfAnotherModel_whenTrained_thenItIsRefusedByTheVocabulary()
      throws IOException {
    Path model = Files.createDirectory(folder.resolve("mixed-up"));
    for (String name : names(BASE)) {
      Files.copy(BASE.resolve(name), model.resolve(name));
    }
    Files.writeString(
        model.resolve("config.json"),
        Files.readString(BASE.resolve("config.json"))
            .replace("\"vocab_size\": 512", "\"vocab_size\": 100"));

    assertThat(train(folder.resolve("new"), "--model", model.toString())).isEqualTo(1);

    assertThat(err.toString())
        .contains("config.json has vocab_size 100, but model.embed_tokens.weight has 512 rows");
  }

  @Test
  void givenAFolderThatAnotherRunUses_whenTrained_thenItIsRefusedUntilThatRunHasEnded()
      throws IOException {
    Path taken = folder.resolve("taken");

    try (OutputFolder running = OutputFolder.acquire(taken)) {
      assertThat(train(taken)).isEqualTo(1);
      assertThat(err.toString()).contains("another run writes to --out " + taken);
      assertThat(running.partial()).doesNotExist();
    }

    assertThat(names(folder)).isEmpty();
    assertThat(train(taken, "--lora-rank", "2")).isZero();
  }

  @Test
  void givenData_whenTrained_thenOutIsAnAdapterThatCanBeTrainedOnOrAWholeModel()
      throws IOException {
    Path adapter = folder.resolve("adapter");
    Path more = folder.resolve("more");
    Path model = folder.resolve("model");

    assertThat(train(adapter, "--lora-targets", "q_proj,v_proj", "--lora-rank", "2")).isZero();
    assertThat(train(more, "--adapter", adapter.toString())).isZero();
    assertThat(train(model, "--full")).isZero();

    assertThat(Files.mismatch(file(adapter, "adapter_model"), file(more, "adapter_model")))
        .isNotNegative();
    assertThat(LoraCheckpoint.open(more).rank()).isEqualTo(2);
    assertThat(Safetensors.open(file(model, "model")).names())
        .contains("model.norm.weight", "lm_head.weight");
    assertThat(names(folder)).containsExactly("adapter", "model", "more");
    assertThat(train(folder.resolve("both"), "--full", "--adapter", "x")).isEqualTo(2);
  }

  @Test
  void givenAnAdapterOrAllWeights_whenTrained_thenOptionsWithoutEffectAreRefused()
      throws IOException {
    Path adapter = folder.resolve("adapter");
    Path more = folder.resolve("more");
    assertThat(train(adapter, "--lora-rank", "2", "--lora-dropout", "0.25")).isZero();

    assertThat(train(more, "--adapter", adapter.toString(), "--lora-rank", "4")).isEqualTo(2);
    assertThat(train(more, "--adapter", adapter.toString(), "--lora-alpha", "4")).isEqualTo(2);
    assertThat(train(more, "--full", "--lora-dropout", "0.1")).isEqualTo(2);
    assertThat(train(more, "--full", "--lora-targets", "q_proj")).isEqualTo(2);
    assertThat(names(folder)).containsExactly("adapter");

    assertThat(train(more, "--adapter", adapter.toString())).isZero();
    assertThat(Files.readString(more.resolve("adapter_config.json")))
        .as("the adapter's own dropout")
        .containsPattern("\"lora_dropout\" ?: ?0.25");
  }

  @Test
  void givenASeed_whenDrawn_thenTheSampleIsTheSameAndAnotherSeedGivesAnother() throws IOException {
    CandidateSample sample = draw(0.5, 20, 3);

    assertThat(sample.pool()).isEqualTo(60);
    assertThat(ids(sample)).hasSize(20).doesNotHaveDuplicates();
    assertThat(ids(draw(0.5, 20, 3))).isEqualTo(ids(sample));
    assertThat(ids(draw(0.5, 20, 4))).isNotEqualTo(ids(sample));
    assertThat(draw(0.001, 20, 3).candidates()).hasSize(1);
  }

  private CandidateSample draw(double fraction, int limit, long seed) throws IOException {
    return CandidateSample.draw(
        DATA,
        FormOptions.DEFAULT,
        fraction,
        limit,
        seed,
        new UnusableLines(DATA, new PrintWriter(err)));
  }

  private static List<String> ids(CandidateSample sample) {
    return sample.candidates().stream().map(Candidate::getId).toList();
  }

  private static Path file(Path folder, String name) {
    return folder.resolve(name + ".safetensors");
  }

  private int warmup(Path model, Path candidates, Path to, String... more) {
    return run(
        new WarmupCommand(),
        Stream.concat(
            Stream.of("--model", "" + model, "--candidates", "" + candidates, "--out", "" + to),
            Stream.concat(Stream.of("--batch", "4"), Stream.of(more))));
  }

  private int train(Path to, String... more) {
    return run(
        new TrainCommand(),
        Stream.concat(
            Stream.of("--model", "" + BASE, "--data", "" + DATA, "--out", "" + to),
            Stream.concat(Stream.of("--batch", "30", "--learning-rate", "1e-3"), Stream.of(more))));
  }

  private int run(Callable<Integer> command, Stream<String> arguments) {
    return new CommandLine(command)
        .setOverwrittenOptionsAllowed(true)
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments.toArray(String[]::new));
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
