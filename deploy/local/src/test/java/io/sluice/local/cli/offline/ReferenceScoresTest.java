package io.sluice.local.cli.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.local.cli.CommandRun;
import io.sluice.schemas.file.NpyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Compares scores of real data by a trained model with those of the published reference. */
class ReferenceScoresTest {
  private static final int CANDIDATES = 6;
  private static final float TOLERANCE = 1e-4f;

  @ParameterizedTest
  @ValueSource(strings = {"gsm8k", "codex"})
  void givenRealData_whenScoredWithoutProjection_thenScoresEqualTheReference(
      String task, @TempDir Path folder) throws IOException {
    Path shared = shared();
    Path warmup = shared.resolve("model/warmup");
    Path out = folder.resolve("scores.npy");
    int exit =
        new CommandLine(new ScoreCommand())
            .execute(
                "--model=" + shared.resolve("model/base"),
                "--checkpoint=" + warmup.resolve("checkpoint-20"),
                "--checkpoint",
                warmup.resolve("checkpoint-40").toString(),
                warmup.resolve("checkpoint-60").toString(),
                warmup.resolve("checkpoint-80").toString(),
                "--candidates=" + shared.resolve("data/candidates.jsonl.gz"),
                "--queries=" + shared.resolve("data/target-" + task + ".json"),
                "--projection=none",
                "--limit=" + CANDIDATES,
                "--out=" + out);
    assertThat(exit).isZero();

    float[][] scores = NpyFile.readFloats(out);
    float[][] expected =
        NpyFile.readFloats(shared.resolve("golden/pipeline/similarity-" + task + ".npy"));
    assertThat(scores).hasDimensions(expected.length, CANDIDATES);
    for (int q = 0; q < scores.length; q++) {
      for (int i = 0; i < CANDIDATES; i++) {
        assertThat(Math.abs(scores[q][i] - expected[q][i]))
            .as("query %d, candidate %d of %s", q, i, task)
            .isLessThan(TOLERANCE);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "tiny-llama, adam, '5,10,15,20', 60, gradients/similarity.npy",
    "tiny-llama, plain, '5,10,15,20', 60, gradients/similarity_sgd.npy",
    "tiny-llama, hidden-state, '', 60, rds/similarity.npy",
    "tiny-llama-addpad, adam, 5, 12, gradients/similarity.npy"
  })
  void givenARunOfTheReference_whenScoredAndSelected_thenScoresAndSubsetEqualTheReference(
      String model, String form, String steps, int candidates, String golden, @TempDir Path folder)
      throws IOException {
    Path grad = shared().resolve("golden/grad");
    Path run = grad.resolve(model);
    Path out = folder.resolve("scores.npy");
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "score",
                "--model=" + run.resolve("base"),
                "--candidates=" + grad.resolve("train.jsonl"),
                "--limit=" + candidates,
                "--queries=" + grad.resolve("query.jsonl"),
                "--projection=none",
                "--max-length=256",
                "--out=" + out));
    if (form.equals("hidden-state")) {
      arguments.add("--kind=hidden-state");
    } else {
      arguments.add("--form=" + form);
      for (String step : steps.split(",")) {
        arguments.add("--checkpoint=" + run.resolve("run/checkpoint-" + step));
      }
    }
    CommandRun score = CommandRun.of(arguments.toArray(String[]::new));
    assertThat(score.exitCode()).as(score.err()).isZero();

    float[][] scores = NpyFile.readFloats(out);
    float[][] expected = NpyFile.readFloats(run.resolve(golden));
    assertThat(scores).hasDimensions(expected.length, candidates);
    for (int q = 0; q < scores.length; q++) {
      assertThat(scores[q]).as("query %d", q).containsExactly(expected[q], within(1e-5f));
    }
    List<Integer> selected = select(out, candidates);
    assertThat(selected).isEqualTo(select(run.resolve(golden), candidates));
    if (form.equals("adam")) {
      JsonNode orders =
          new ObjectMapper().readTree(run.resolve("gradients/selections.json").toFile());
      for (int slot = 0; slot < selected.size(); slot++) {
        assertThat(selected.get(slot)).isEqualTo(orders.path("round_robin").get(slot).asInt());
      }
    }
  }

  private static List<Integer> select(Path similarity, int budget) {
    CommandRun run =
        CommandRun.of(
            "select",
            "--similarity=" + similarity,
            "--algorithm=round-robin",
            "--budget=" + budget);
    assertThat(run.exitCode()).as(run.err()).isZero();
    return run.out().lines().map(Integer::valueOf).toList();
  }

  private static Path shared() {
    String configured = System.getProperty("sluice.shared", "");
    if (!configured.isEmpty()) {
      return Path.of(configured);
    }
    return Stream.iterate(Path.of("").toAbsolutePath(), path -> path != null, Path::getParent)
        .map(path -> path.resolve("shared"))
        .filter(path -> Files.isDirectory(path.resolve("golden/pipeline")))
        .findFirst()
        .orElseGet(() -> abort("skipped: no folder 'shared' beside the checkout"));
  }
}
