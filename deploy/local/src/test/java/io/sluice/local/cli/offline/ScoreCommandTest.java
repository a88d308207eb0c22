package io.sluice.local.cli.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.local.bundled.BundledModel;
import io.sluice.local.bundled.WrittenModel;
import io.sluice.schemas.file.NpyFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ScoreCommandTest {
  private static final String ADD = turns("What is 2 + 3?", "2 + 3 = 5");
  private static final String FRENCH = turns("Say house in French.", "maison");
  private static final String SORT = turns("Sort: b a c", "a b c");
  private static final String TOO_LONG = turns("word ".repeat(300), "yes");

  @TempDir private static Path folder;
  private static WrittenModel model;
  private static Path task;

  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void writeModel() throws IOException {
    model = BundledModel.write(folder.resolve("model"));
    task =
        Files.writeString(
            folder.resolve("task.json"),
            "{\"task\": \"t\", \"queries\": ["
                + turns("What is 1 + 1?", "1 + 1 = 2")
                + ", "
                + FRENCH
                + "]}");
  }

  @Test
  void givenASketchLongerThanTheGradient_whenScored_thenItAgreesWithWholeGradients()
      throws IOException {
    Path candidates = candidates(ADD, FRENCH, SORT);
    assertThat(score(candidates, task, "none.npy", "--projection", "none")).isZero();
    assertThat(score(candidates, task, "sketch.npy", "--encoding", "float32")).isZero();
    assertThat(score(candidates, task, "int8.npy", "--encoding", "int8")).isZero();

    float[][] none = NpyFile.readFloats(folder.resolve("none.npy"));
    assertThat(none).hasDimensions(2, 3);
    assertThat(differences(none, NpyFile.readFloats(folder.resolve("sketch.npy"))))
        .allSatisfy(difference -> assertThat(difference).isLessThan(1e-5f));
    assertThat(differences(none, NpyFile.readFloats(folder.resolve("int8.npy"))))
        .allSatisfy(difference -> assertThat(difference).isLessThan(1e-2f));
  }

  @Test
  void givenTheSameQueriesAsFormattedText_whenScored_thenTheScoresAreTheSame() throws IOException {
    Path candidates = candidates(ADD, SORT);
    Path formatted =
        Files.writeString(
            folder.resolve("queries.jsonl"),
            "{\"prompts\": \"<|user|>\\nWhat is 1 + 1?\\n<|assistant|>\\n\", \"labels\": \"1 + 1 = 2\"}\n"
                + "{\"prompts\": \"<|user|>\\nSay house in French.\\n<|assistant|>\\n\", \"labels\": \"maison\"}\n");
    assertThat(score(candidates, task, "a.npy")).isZero();
    assertThat(score(candidates, formatted, "b.npy")).isZero();
    assertThat(NpyFile.readFloats(folder.resolve("b.npy")))
        .isDeepEqualTo(NpyFile.readFloats(folder.resolve("a.npy")));
  }

  @Test
  void givenLinesWithoutAScore_whenScored_thenTheyAreReportedAndTheOthersAreScored()
      throws IOException {
    Path candidates = candidates(ADD, "{\"id\": 7, \"messages\": []}", SORT, "{not json", TOO_LONG);
    assertThat(score(candidates, task, "odd.npy", "--max-length", "64")).isEqualTo(1);
    assertThat(err.toString())
        .contains("line 2: messages is empty", "line 4: ", "line 5 (5): nothing is left to learn");
    assertThat(score(candidates, task, "odd.npy", "--max-length", "64", "--skip-invalid")).isZero();
    assertThat(score(candidates(ADD, SORT), task, "good.npy", "--max-length", "64")).isZero();

    float[][] odd = NpyFile.readFloats(folder.resolve("odd.npy"));
    float[][] good = NpyFile.readFloats(folder.resolve("good.npy"));
    for (int q = 0; q < 2; q++) {
      assertThat(odd[q]).containsExactly(good[q][0], -2, good[q][1], -2, -2);
      assertThat(good[q][0]).isCloseTo(0, within(1.0001f));
    }
  }

  @Test
  void givenATaskWithRules_whenScored_thenColumnsOfCandidatesThatTheyLeaveOutHaveNoScore()
      throws IOException {
    Path candidates = candidates(ADD, ADD.replaceFirst("\\{", "{\"source\": \"good\", "), TOO_LONG);
    Path ruled =
        Files.writeString(
            folder.resolve("ruled.json"),
            Files.readString(task)
                .replaceFirst(
                    "\\{",
                    "{\"max_tokens\": 60, \"where\": {\"source\": {\"equals\": \"good\"}},"));
    assertThat(score(candidates, ruled, "ruled.npy")).isZero();
    assertThat(err.toString())
        .contains("2 candidates are left out by the task's rules: missing:source");

    float[][] scores = NpyFile.readFloats(folder.resolve("ruled.npy"));
    assertThat(scores[0][0]).isEqualTo(-2);
    assertThat(scores[0][1]).isGreaterThan(-2);
    assertThat(scores[0][2]).isEqualTo(-2);
  }

  @Test
  void givenHiddenStates_whenScored_thenNoCheckpointIsNeededAndAnExampleIsMostSimilarToItself()
      throws IOException {
    List<String> arguments =
        List.of(
            "--model",
            model.base().toString(),
            "--kind",
            "hidden-state",
            "--projection",
            "none",
            "--candidates",
            candidates(ADD, FRENCH, SORT).toString(),
            "--queries",
            task.toString(),
            "--out",
            folder.resolve("hidden.npy").toString());
    assertThat(run(arguments)).isZero();
    float[][] scores = NpyFile.readFloats(folder.resolve("hidden.npy"));
    assertThat(scores).hasDimensions(2, 3);
    assertThat(scores[1][1]).isCloseTo(1, within(1e-2f)).isGreaterThan(scores[1][0]);
  }

  @Test
  void givenAnUnknownKindOrNoCheckpointForGradients_whenScored_thenItIsWrongUsage()
      throws IOException {
    List<String> arguments =
        List.of(
            "--model", model.base().toString(),
            "--candidates", candidates(ADD).toString(),
            "--queries", task.toString(),
            "--out", folder.resolve("no.npy").toString());
    assertThat(run(arguments)).isEqualTo(2);
    assertThat(err.toString()).contains("kind gradient need at least one folder");
    assertThat(score(candidates(ADD), task, "no.npy", "--kind", "activation")).isEqualTo(2);
    assertThat(err.toString()).contains("use gradient or hidden-state or embedding");
  }

  @Test
  void givenALimit_whenScored_thenOnlyTheFirstCandidatesHaveColumns() throws IOException {
    assertThat(score(candidates(ADD, SORT, FRENCH), task, "l.npy", "--limit", "2")).isZero();
    assertThat(NpyFile.readFloats(folder.resolve("l.npy"))).hasDimensions(2, 2);
  }

  @Test
  void givenAQueryWithNothingToLearn_whenScored_thenItFailsAndNamesTheQuery() throws IOException {
    Path queries =
        Files.writeString(
            folder.resolve("wrong.jsonl"),
            "{\"prompts\": \"<|user|>\\nhi\\n\", \"label\": \"x\"}\n");
    assertThat(score(candidates(ADD), queries, "q.npy")).isEqualTo(1);
    assertThat(err.toString())
        .contains("wrong.jsonl, line 1: prompts and labels must both be given, as texts");
  }

  @Test
  void givenAnImpossibleDimension_whenScored_thenItIsWrongUsage() throws IOException {
    assertThat(score(candidates(ADD), task, "d.npy", "--dimension", "100")).isEqualTo(2);
    assertThat(err.toString()).contains("multiple of 8");
    assertThat(score(candidates(ADD), task, "d.npy", "--dimension", "262152")).isEqualTo(2);
    assertThat(err.toString()).contains("8 to 262144");
  }

  @Test
  void givenACheckpointTwice_whenScored_thenItIsWrongUsage() throws IOException {
    String checkpoint = model.checkpoints().get(0) + "/";
    assertThat(score(candidates(ADD), task, "t.npy", "--checkpoint", checkpoint)).isEqualTo(2);
    assertThat(err.toString()).contains("is given twice");
  }

  @Test
  void givenAnOutputThatCannotBeWritten_whenScored_thenItFailsBeforeTheModelIsLoaded()
      throws IOException {
    assertThat(score(candidates(ADD), task, "missing/s.npy")).isEqualTo(1);
    assertThat(score(candidates(ADD), task, "")).isEqualTo(1);
    assertThat(err.toString())
        .contains("there is no folder " + folder.resolve("missing") + ": create it first")
        .contains("is a folder: give the name of a file")
        .doesNotContain("Device");
  }

  private int score(Path candidates, Path queries, String out, String... more) {
    List<String> arguments = new ArrayList<>(List.of("--model", model.base().toString()));
    arguments.add("--checkpoint");
    model.checkpoints().forEach(checkpoint -> arguments.add(checkpoint.toString()));
    arguments.addAll(List.of("--candidates", candidates.toString()));
    arguments.addAll(List.of("--queries", queries.toString()));
    arguments.addAll(List.of("--out", folder.resolve(out).toString()));
    arguments.addAll(List.of(more));
    return run(arguments);
  }

  private int run(List<String> arguments) {
    return new CommandLine(new ScoreCommand())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setErr(new PrintWriter(err, true))
        .execute(arguments.toArray(String[]::new));
  }

  private static Path candidates(String... lines) throws IOException {
    return Files.write(folder.resolve("candidates.jsonl"), List.of(lines));
  }

  private static String turns(String question, String answer) {
    return String.format(
        "{\"messages\": [{\"role\": \"user\", \"content\": \"%s\"},"
            + " {\"role\": \"assistant\", \"content\": \"%s\"}]}",
        question, answer);
  }

  private static List<Float> differences(float[][] a, float[][] b) {
    List<Float> differences = new ArrayList<>();
    for (int q = 0; q < a.length; q++) {
      for (int i = 0; i < a[q].length; i++) {
        differences.add(Math.abs(a[q][i] - b[q][i]));
      }
    }
    return differences;
  }
}
