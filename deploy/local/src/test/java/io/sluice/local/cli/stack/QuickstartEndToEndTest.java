package io.sluice.local.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.local.bundled.BundledData;
import io.sluice.local.bundled.BundledModel;
import io.sluice.local.bundled.WrittenModel;
import io.sluice.local.cli.CommandRun;
import io.sluice.schemas.file.NpyFile;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole pipeline, with a real broker, registry, model and topology. */
@Tag("broker")
class QuickstartEndToEndTest {
  private static final int CANDIDATES = 120;
  private static final int SMALLEST = 5;
  private static final int BUDGET = 20;
  private static final int MAX_LENGTH = 64;

  /** After truncation, nothing is left of the answer. */
  private static final String TOO_LONG =
      """
      {"id":"too-long","messages":[{"role":"user","content":"%s"},{"role":"assistant","content":"no"}]}
      """
          .formatted("many words ".repeat(200))
          .strip();

  @TempDir private Path folder;

  @Test
  void givenCandidates_whenQuickstarted_thenSubsetsAreTheGreedyRoundRobinOfTheOfflineScores()
      throws Exception {
    BundledData.Written data = BundledData.write(folder.resolve("data"));
    WrittenModel model = BundledModel.write(folder.resolve("model"));
    List<String> lines = first(data.candidates(), CANDIDATES);
    Path good = Files.write(folder.resolve("good.jsonl"), lines);
    Path all =
        Files.write(
            folder.resolve("all.jsonl"),
            Stream.concat(Stream.of("{not json", TOO_LONG), lines.stream()).toList());
    Path out = folder.resolve("out");

    CommandRun run =
        CommandRun.of(
            arguments(
                List.of(
                    "quickstart",
                    "--candidates",
                    all.toString(),
                    "--budget",
                    SMALLEST + "," + BUDGET),
                List.of("--out", out.toString(), "--train", "--train-seeds", "1", "--task"),
                data.tasks().stream().map(Path::toString).toList()));

    assertThat(run.exitCode()).as(run.err() + run.out()).isEqualTo(1);
    assertThat(run.out())
        .as(run.err())
        .contains("line 1 is left out")
        .contains("1 lines of the candidate file were left out")
        .contains("1 dead letters of sluice.candidates")
        .containsPattern("arithmetic +" + CANDIDATES + " ")
        .containsPattern("json +" + BUDGET + " +\\d\\.\\d{3} ± \\d\\.\\d{3} ");
    for (Path task : data.tasks()) {
      Path matrix = folder.resolve("scores.npy");
      CommandRun score =
          CommandRun.of(
              arguments(
                  List.of("score", "--candidates", good.toString()),
                  List.of("--queries", task.toString()),
                  List.of("--projection", "sketch", "--out", matrix.toString()),
                  List.of("--model", model.base().toString(), "--checkpoint"),
                  model.checkpoints().stream().map(Path::toString).toList()));
      assertThat(score.exitCode()).as(score.err()).isZero();
      String name = new ObjectMapper().readTree(task.toFile()).get("task").asText();
      Path subset = out.resolve(name + ".jsonl");
      requireGreedy(subset, NpyFile.readFloats(matrix), places(lines));
      requireOwnSkill(name, subset, lines);
    }
  }

  /**
   * A skill's candidates are a twelfth of the pool, and a much larger share of the subset for the
   * skill.
   */
  private static void requireOwnSkill(String skill, Path subset, List<String> pool)
      throws Exception {
    double ofSubset = share(skill, "candidate_id", Files.readAllLines(subset).subList(0, SMALLEST));
    assertThat(ofSubset).as(skill).isGreaterThanOrEqualTo(5 * share(skill, "id", pool));
  }

  private static double share(String skill, String id, List<String> lines) throws Exception {
    int own = 0;
    for (String line : lines) {
      own += new ObjectMapper().readTree(line).get(id).asText().startsWith(skill) ? 1 : 0;
    }
    return (double) own / lines.size();
  }

  /**
   * Requires that the candidate in each slot is as similar to the slot's query as the best
   * candidate that was not yet taken.
   */
  private static void requireGreedy(Path subset, float[][] scores, Map<String, Integer> places)
      throws Exception {
    List<String> entries = Files.readAllLines(subset);
    assertThat(entries).hasSize(BUDGET);
    boolean[] taken = new boolean[scores[0].length];
    for (int rank = 0; rank < entries.size(); rank++) {
      JsonNode entry = new ObjectMapper().readTree(entries.get(rank));
      float[] row = scores[rank % scores.length];
      int place = places.get(entry.get("candidate_id").asText());
      float best = Float.NEGATIVE_INFINITY;
      for (int candidate = 0; candidate < row.length; candidate++) {
        best = taken[candidate] ? best : Math.max(best, row[candidate]);
      }
      assertThat(entry.get("rank").asInt()).isEqualTo(rank);
      assertThat(taken[place]).as(entry.toString()).isFalse();
      assertThat(row[place]).isGreaterThanOrEqualTo(best - 1e-4f);
      assertThat(entry.get("score").floatValue())
          .isCloseTo(row[place], org.assertj.core.data.Offset.offset(1e-4f));
      taken[place] = true;
    }
  }

  private static Map<String, Integer> places(List<String> lines) throws Exception {
    Map<String, Integer> places = new HashMap<>();
    for (String line : lines) {
      places.put(new ObjectMapper().readTree(line).get("id").asText(), places.size());
    }
    return places;
  }

  private static List<String> first(Path gzip, int count) throws Exception {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(gzip)), StandardCharsets.UTF_8))) {
      return reader.lines().limit(count).toList();
    }
  }

  @SafeVarargs
  private static String[] arguments(List<String>... parts) {
    List<String> args = new ArrayList<>();
    for (List<String> part : parts) {
      args.addAll(part);
    }
    args.addAll(List.of("--max-length", Integer.toString(MAX_LENGTH)));
    return args.toArray(String[]::new);
  }
}
