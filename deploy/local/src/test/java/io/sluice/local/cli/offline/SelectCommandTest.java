package io.sluice.local.cli.offline;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.cli.CommandRun;
import io.sluice.schemas.file.NpyFile;
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
    for (String algorithm : List.of("round-robin", "doubly-greedy", "random", "random:7")) {
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
        .contains("round-robin, doubly-greedy, random");
    assertThat(select().err()).contains("Missing required option", "--budget");
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
