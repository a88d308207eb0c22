package io.sluice.local.cli.offline;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.cli.CommandRun;
import io.sluice.schemas.file.NpyFile;
import io.sluice.schemas.file.NpyWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SelectCommandTest {
  @TempDir Path folder;
  private Path scores;

  @BeforeEach
  void writeScores() throws IOException {
    scores = matrix(new float[] {0.1f, 0.9f, 0.5f}, new float[] {0.3f, 0.8f, 0.2f});
  }

  @Test
  void givenScores_whenSelected_thenIndicesComeInSelectionOrder() {
    CommandRun run = select("--budget", "2");

    assertThat(run).isEqualTo(new CommandRun(0, lines(1, 0), ""));
  }

  @Test
  void givenAnotherAlgorithm_whenSelected_thenItsOrderIsPrinted() {
    assertThat(select("--budget", "2", "--algorithm", "doubly-greedy").out())
        .isEqualTo(lines(1, 2));
    assertThat(select("--budget", "3", "--algorithm", "random").out()).isEqualTo(lines(2, 0, 1));
    assertThat(select("--budget", "3", "--algorithm", "random:2").out()).isEqualTo(lines(2, 1, 0));
  }

  @Test
  void givenABudgetAboveTheCandidates_whenSelected_thenAllAreSelected() {
    CommandRun run = select("--budget", "99");

    assertThat(run.out()).isEqualTo(lines(1, 0, 2));
    assertThat(run.err().lines())
        .containsExactly("The budget is 99, but only 3 candidates have a score");
  }

  @Test
  void givenColumnsWithoutAScore_whenSelected_thenTheyAreNeverSelectedAndCounted()
      throws IOException {
    scores =
        matrix(
            new float[] {0.1f, -2, 0.9f, -2, 0.5f, -2}, new float[] {0.3f, -2, 0.8f, -2, -2, -2});
    String counted = scores + ": 3 of 6 columns have no score (-2) and are never selected";

    assertThat(select("--budget", "3"))
        .isEqualTo(new CommandRun(0, lines(2, 0, 4), counted + System.lineSeparator()));
    for (String algorithm :
        List.of("round-robin", "doubly-greedy", "knn-uniform", "uot", "random", "random:7")) {
      CommandRun run = select("--budget", "6", "--algorithm", algorithm);
      assertThat(run.out().lines()).containsExactlyInAnyOrder("0", "2", "4");
      assertThat(run.err().lines())
          .containsExactly(counted, "The budget is 6, but only 3 candidates have a score");
    }
  }

  @Test
  void givenNoColumnWithAScore_whenSelected_thenItFails() throws IOException {
    scores = matrix(new float[] {-2, -2}, new float[] {-2, -2});

    CommandRun run = select("--budget", "1");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains(scores.toString(), "none of its 2 columns has a score");
  }

  @Test
  void givenAnOutFile_whenSelected_thenTheIndicesAreInItAndNotOnStandardOutput()
      throws IOException {
    Path out = folder.resolve("out.txt");

    CommandRun run = select("--budget", "2", "--out", out.toString());

    assertThat(run).isEqualTo(new CommandRun(0, "", ""));
    assertThat(Files.readString(out)).isEqualTo(lines(1, 0));
  }

  @Test
  void givenAScoreThatIsNotFinite_whenSelected_thenItIsRefusedWithItsPosition() throws IOException {
    scores = matrix(new float[] {0.1f, 0.9f}, new float[] {0.3f, Float.NaN});

    CommandRun run = select("--budget", "2");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains(scores.toString(), "candidate 1, query 1", "NaN");
  }

  @Test
  void givenNoFile_whenSelected_thenItFailsWithOneLine() {
    scores = folder.resolve("none.npy");

    CommandRun run = select("--budget", "2");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err().lines()).containsExactly("sluice: " + scores + ": there is no such file");
  }

  @Test
  void givenAMatrixWithoutQueries_whenSelected_thenItIsRefused() throws IOException {
    NpyFile.writeFloats(scores, 3, List.of());

    assertThat(select("--budget", "2").err()).contains("one row per query");
  }

  @Test
  void givenBadOptions_whenSelected_thenUsageSaysWhy() {
    assertThat(select("--budget", "0").exitCode()).isEqualTo(2);
    assertThat(select("--budget", "0").err()).contains("--budget 0", "at least 1");
    assertThat(select("--budget", "5", "--algorithm", "best").err())
        .contains("round-robin, doubly-greedy, knn-uniform, random");
    assertThat(select().err()).contains("Missing required option", "--budget");
    assertThat(select("--budget", "1", "--algorithm", "knn-kde").err())
        .contains("knn-kde needs the vectors", "--embeddings");
    assertThat(select("--budget", "1", "--algorithm", "uot", "--embeddings", "e.npy").err())
        .contains("--embeddings and --weights are for --algorithm knn-kde", "uot");
    assertThat(select("--budget", "1", "--weights", "1").err()).contains("round-robin selects by");
    assertThat(
            select("--budget=1", "--algorithm=knn-kde", "--embeddings=e.npy", "--weights=1,-1,NaN")
                .err())
        .contains("checkpoint 1 has the weight -1.0");
  }

  @Test
  void givenBadSlices_whenRanked_thenUsageSaysWhy() {
    assertThat(select("--budget", "1", "--quantiles", "2", "--first", "1").err())
        .contains("--budget", "--quantiles", "one of them");
    assertThat(select("--quantiles", "2").err()).contains("--quantiles and --first together");
    assertThat(select("--focus", "0/2").err()).contains("--quantiles and --first together");
    assertThat(select("--quantiles", "0", "--first", "1").err()).contains("--quantiles 0");
    assertThat(select("--quantiles", "2", "--first", "0").err()).contains("--first 0");
    assertThat(select("--quantiles", "2", "--first", "1", "--focus", "x").err())
        .contains("such as 0/4");
    assertThat(select("--quantiles", "2", "--first", "1", "--focus", "2/2").err())
        .contains("the slices are 0 to 1");
    assertThat(select("--quantiles", "2", "--first", "1", "--focus", "0/4").err())
        .contains("--quantiles is 2");
  }

  @Test
  void givenScores_whenCutIntoSlices_thenTheFirstOfEachAreJson() {
    assertThat(select("--quantiles", "2", "--first", "5"))
        .isEqualTo(
            new CommandRun(0, "{\"quantiles\": [[1], [0, 2]]}" + System.lineSeparator(), ""));
    assertThat(
            select("--quantiles=2", "--first=1", "--focus=1/2", "--algorithm=doubly-greedy").out())
        .startsWith("{\"quantiles\": [[2], [0]]}");
  }

  @Test
  void givenVectorsThatDoNotFit_whenSelected_thenTheMessageSaysWhatDiffers() throws IOException {
    scores = matrix(new float[25]);
    Path vectors = folder.resolve("vectors.npy");
    try (NpyWriter writer = NpyWriter.create(vectors, 2, 25, 1)) {
      float[] values = new float[50];
      Arrays.fill(values, 1);
      values[30] = Float.NaN;
      writer.write(values);
    }

    assertThat(byDensity(vectors).err()).contains("has 2 checkpoints", "--weights");
    assertThat(byDensity(vectors, "--weights", "1").err())
        .contains("--weights has 1 weights", "2 checkpoints");
    assertThat(byDensity(vectors, "--weights", "0.5,0.5").err())
        .contains("checkpoint 1, candidate 5: value 0 is NaN");
    assertThat(byDensity(scores, "--weights", "1").err()).contains("3 dimension(s)");
    scores = matrix(new float[24]);
    assertThat(byDensity(vectors, "--weights", "0.5,0.5").err())
        .contains("has 25 candidates", "has 24 columns")
        .doesNotContain("exchange the first two axes");
    scores = matrix(new float[2]);
    assertThat(byDensity(vectors, "--weights", "0.5,0.5").err())
        .contains("[checkpoints, candidates, dimension]", "exchange the first two axes");
  }

  private CommandRun byDensity(Path vectors, String... more) {
    String[] arguments =
        Arrays.copyOf(
            new String[] {
              "--budget", "1", "--algorithm", "knn-kde", "--embeddings", vectors.toString()
            },
            6 + more.length);
    System.arraycopy(more, 0, arguments, 6, more.length);
    return select(arguments);
  }

  private CommandRun select(String... more) {
    String[] arguments =
        Arrays.copyOf(new String[] {"select", "--similarity", scores.toString()}, 3 + more.length);
    System.arraycopy(more, 0, arguments, 3, more.length);
    return CommandRun.of(arguments);
  }

  private Path matrix(float[]... rows) throws IOException {
    Path file = folder.resolve("scores.npy");
    NpyFile.writeFloats(file, rows[0].length, List.of(rows));
    return file;
  }

  private static String lines(int... indices) {
    StringBuilder lines = new StringBuilder();
    Arrays.stream(indices).forEach(i -> lines.append(i).append(System.lineSeparator()));
    return lines.toString();
  }
}
