package io.sluice.local.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.sluice.schemas.file.NpyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Scores of real data with a trained model against those of the published reference. */
class ReferenceScoresTest {
  private static final int CANDIDATES = 6;
  private static final float TOLERANCE = 1e-4f;

  @ParameterizedTest
  @ValueSource(strings = {"gsm8k", "codex"})
  void givenRealData_whenScoredWithoutProjection_thenScoresAreTheReferences(
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

  private static Path shared() {
    String configured = System.getProperty("sluice.shared", "");
    if (!configured.isEmpty()) {
      return Path.of(configured);
    }
    return Stream.iterate(Path.of("").toAbsolutePath(), path -> path != null, Path::getParent)
        .map(path -> path.resolve("shared"))
        .filter(path -> Files.isDirectory(path.resolve("golden/pipeline")))
        .findFirst()
        .orElseGet(() -> abort("skipped: no folder 'shared' beside this one"));
  }
}
